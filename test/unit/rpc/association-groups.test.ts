import { describe, expect, test } from 'vitest';
import { FAULT } from '../../../src/codec/rpce/index.js';
import { AssociationGroups } from '../../../src/rpc/index.js';
import { countingRandom, element } from '../../support/associations.js';
import { RawServer } from '../../support/raw-server.js';

const setup = () => {
  const groups = new AssociationGroups(countingRandom(7));
  const connect = (clientAddress = '10.0.0.1') => new RawServer({ groups, clientAddress });
  const first = connect();
  first.bind();
  return { groups, connect, first, id: first.association.groupId };
};

describe('associations, [MS-RPCE] 3.3.1.5.7', () => {
  test('a bind with assoc_group_id 0 gets a new one, each its own', () => {
    const { connect, id } = setup();
    const other = connect();
    expect(other.bind()).toMatchObject({ PTYPE: 'bind_ack', assoc_group_id: other.association.groupId });
    expect(other.association.groupId).not.toBe(id);
    expect(id).not.toBe(0);
  });

  test('another connection of the same machine joins by its id, and keeps presentation contexts of its own', () => {
    const { connect, id, groups } = setup();
    const second = connect();
    expect(second.bind([element(2)], { assoc_group_id: id })).toMatchObject({ assoc_group_id: id });
    expect(groups.size).toBe(1);
    expect(second.request({ p_cont_id: 2 })).toEqual([]);
    second.association.respond(second.calls[0]!, Buffer.alloc(0));
    expect(second.request({ p_cont_id: 0, call_id: 2 })).toMatchObject([{ status: FAULT.UNKNOWN_IF }]);
  });

  test('a connection from another address does not join: bind_nak 0', () => {
    const { connect, id, groups } = setup();
    const stranger = connect('10.0.0.2');
    expect(stranger.bind(undefined, { assoc_group_id: id })).toMatchObject({
      PTYPE: 'bind_nak',
      provider_reject_reason: 0,
    });
    expect(stranger.closed).toBeDefined();
    expect(groups.size).toBe(1);
  });

  test('an id that nobody has is bind_nak 0', () => {
    expect(setup().connect().bind(undefined, { assoc_group_id: 1 })).toMatchObject({ provider_reject_reason: 0 });
  });

  test('it ends with its last connection: until then its id can be joined, then no more', () => {
    const { connect, id, first, groups } = setup();
    const second = connect();
    second.bind(undefined, { assoc_group_id: id });
    first.association.close();
    first.association.close();
    expect(connect().bind(undefined, { assoc_group_id: id })).toMatchObject({ PTYPE: 'bind_ack' });
    second.association.close();
    expect(groups.size).toBe(1);
    const { connect: again, id: other, first: only, groups: table } = setup();
    only.association.close();
    expect(table.size).toBe(0);
    expect(again().bind(undefined, { assoc_group_id: other })).toMatchObject({ PTYPE: 'bind_nak' });
  });

  test('a connection that the server ends leaves it', () => {
    const { first, groups } = setup();
    first.bind();
    expect(first.closed).toBeDefined();
    expect(groups.size).toBe(0);
  });

  test('a bind that is refused for another reason leaves no association behind', () => {
    const { connect, groups } = setup();
    const auth = { auth_type: 99, auth_level: 2, auth_context_id: 0, auth_value: Buffer.alloc(4) };
    for (const refused of [connect().bind([]), connect().bind(undefined, { auth })]) {
      expect(refused).toMatchObject({ PTYPE: 'bind_nak' });
    }
    expect(groups.size).toBe(1);
  });

  test('an alter_context’s assoc_group_id is ignored', () => {
    const { first, id } = setup();
    for (const assoc_group_id of [0, 0xffff_ffff - id, id]) {
      expect(first.alter(undefined, { assoc_group_id })).toMatchObject({ assoc_group_id: id });
    }
  });

  test('ids are drawn until one is free, also where the randomness repeats itself', () => {
    const groups = new AssociationGroups((length) => new Uint8Array(length).fill(9));
    const ids = Array.from({ length: 100 }, () => groups.join(0, 'a')?.id);
    expect(new Set(ids).size).toBe(100);
    expect(ids).not.toContain(0);
  });
});
