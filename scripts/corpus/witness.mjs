// What the servers of a recording say of themselves while it is made, by connection.

const endpoint = ({ address, port }) => `${address}:${port}`;

/** Hears every server of a recording: what it received, checked, unsealed, decided and answered, in order. */
export class Witness {
  #said = new Map();

  /** What the connections of one client to one host said; empty where no server of this program heard it. */
  of(client, host) {
    return this.#said.get(`${client} ${host}`) ?? [];
  }

  /** A listener for the server at an address. */
  at(host) {
    const say = (client, kind, what) => {
      const key = `${endpoint(client)} ${host}`;
      this.#said.set(key, [...(this.#said.get(key) ?? []), { kind, ...what }]);
    };
    return {
      octets: (from, bytes, client) => say(client, 'octets', { from, length: bytes.length }),
      association: (event, client) => say(client, event.type, { event }),
      answering: (call, answer, client) => say(client, 'answering', { call: { ...call }, answer }),
      onActivation: (activation) => say(activation.client, 'activation', { activation }),
      onInvocation: (invocation) => say(invocation.client, 'invocation', { invocation }),
      onRefusedCall: (refused) => say(refused.client, 'refused call', { refused }),
    };
  }
}
