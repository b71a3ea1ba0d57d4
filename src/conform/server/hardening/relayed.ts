import { NTLMSSP_MESSAGE_SIGNATURE_EXTENDED } from '../../../codec/ntlm/index.js';
import { type AuthVerifier, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { RELAY_VARIANTS, type RelayVariant } from '../../../relay/variants.js';
import { NotApplicable } from '../../core/index.js';
import { activatedBy, activationCall, activatorOf, mustBeRefused, refusedHandshake } from '../activation.js';
import { ClientRefuses } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import { tamperedContext } from '../ntlm/changed-context.js';
import type { Target } from '../target.js';

const METHOD = 'RemoteCreateInstance';

/** What a relay sends for a signature, which it has no key for. */
function forged(target: Target, { claim, authType }: RelayVariant): { auth?: AuthVerifier } {
  if (claim === undefined) return {};
  const auth_value =
    claim.signature === 'zeros'
      ? new Uint8Array(16)
      : NTLMSSP_MESSAGE_SIGNATURE_EXTENDED.encode({
          Version: 1,
          Checksum: target.environment.random(8),
          SeqNum: authType === RPC_C_AUTHN.GSS_NEGOTIATE ? 1 : 0,
        });
  return { auth: { auth_type: authType, auth_level: claim.level, auth_context_id: 0, auth_value } };
}

/**
 * A relay between a victim, which is this suite with the account of the run, and the target: the tokens pass, changed
 * where the variant changes them; the key stays with the victim, so that nothing is signed.
 */
async function relay(target: Target, variant: RelayVariant): Promise<void> {
  const victim = await target.logon(variant.authType, RPC_C_AUTHN_LEVEL.CONNECT);
  const association = await target.connect();
  const context = tamperedContext(victim, variant.tampering);
  try {
    await association.authenticate(activatorOf(METHOD), { context, level: variant.bindLevel });
  } catch (error) {
    if (error instanceof ClientRefuses) throw new NotApplicable(`the victim ends the relay itself: ${error.message}`);
    // Where the server has ended the handshake, the relay is stopped.
    await mustBeRefused(target, refusedHandshake(error));
    return;
  }
  const { opnum, stub } = activationCall(target, METHOD);
  const request = association.requestPdu(opnum, stub, forged(target, variant));
  await mustBeRefused(
    target,
    await activatedBy(association, METHOD, await association.connection.exchange(request), undefined),
  );
}

/** Each way to relay NTLM that a suite can play: not back to the victim's own host, which is no server's to stop. */
export const RELAY_CHECKS = group(
  { needs: ['activator', 'activation'], level: 'WINDOWS' },
  RELAY_VARIANTS.filter(({ reflection }) => reflection !== true).map(
    (variant): ServerCheckRow => ({
      id: `hardening/relayed/${variant.id}`,
      section: variant.section,
      needs: [variant.authType === RPC_C_AUTHN.WINNT ? 'ntlm' : 'spnego'],
      requirement: `Nothing is activated by a relay that ${variant.title}.`,
      stimulus: 'the tokens of a logon of the account, passed on as a relay would, and an activation without its key',
      async run(target) {
        await relay(target, variant);
        if (variant.tampering !== undefined) await target.mustBeThere();
      },
    }),
  ),
);
