"""Samba's own NTLM and SPNEGO client, spoken to in lines of hexadecimal on standard input and output."""
import sys

from samba import credentials, gensec, param

conf, mechanism, protection, password, *options = sys.argv[1:]
lp = param.LoadParm()
lp.load(conf)
for option in options:
    lp.set(*option.split("=", 1))
account = credentials.Credentials()
account.guess(lp)
account.set_username("op")
account.set_password(password)
account.set_domain("LAB")
account.set_workstation("WSX")
account.set_kerberos_state(credentials.DONT_USE_KERBEROS)
client = gensec.Security.start_client({"lp_ctx": lp, "target_hostname": "dc1"})
client.set_credentials(account)
client.want_feature(gensec.FEATURE_SIGN)
if protection == "seal":
    client.want_feature(gensec.FEATURE_SEAL)
client.start_mech_by_name(mechanism)


def ask(*words):
    print(*words, flush=True)
    return bytes.fromhex(sys.stdin.readline().strip())


answer = b""
while True:
    done, token = client.update(answer)
    if not token:
        break
    answer = ask("token", token.hex())
    if done and not answer:
        break
for number in range(3):
    wrapped = client.wrap(b"question %d" % number)
    echo = ask("wrapped", wrapped.hex())
    if client.unwrap(echo) != b"answer %d" % number:
        raise SystemExit("unwrapped something else")
print("done", flush=True)
