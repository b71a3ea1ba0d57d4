import {
  type Fields,
  HRESULT,
  type InterfaceDef,
  interfaceDef,
  type NdrType,
  type Operation,
  type StructOf,
} from '../ndr/index.js';
import { type ORPCTHAT, type ORPCTHIS, orpcOperation } from './orpc.js';

/** The parameters of a method, in the order of its IDL; each method gives an HRESULT besides. */
export interface Signature {
  readonly in: Fields;
  readonly out: Fields;
}

/** The operation that a method declares. */
export type OperationOf<S> = S extends { readonly in: infer I; readonly out: infer O }
  ? Operation<
      StructOf<{ ORPCthis: typeof ORPCTHIS } & I>,
      StructOf<{ ORPCthat: typeof ORPCTHAT } & O & { ReturnValue: NdrType<number> }>
    >
  : never;

/** The methods of an interface by name, in the order of its vtable. */
export type Methods<M> = { readonly [K in keyof M]: OperationOf<M[K]> };

/** An interface with its operations by name: `IOPCServer.methods.AddGroup`. */
export interface Vtable<M> extends InterfaceDef {
  readonly methods: M;
}

/** [MS-DCOM] 3.1.1.5.4: opnums 0 to 2 are those of IUnknown, which never go over the wire. */
const FIRST_OPNUM = 3;

/**
 * Declares a COM interface: its methods in the order of its IDL, which is that of their opnums, after those of the
 * interface that it extends.
 */
export function vtable<const S extends Record<string, Signature>, B = object>(declaration: {
  readonly name: string;
  readonly uuid: string;
  /** The file that the interface stands in: `opcda.idl`. */
  readonly idl: string;
  readonly base?: Vtable<B>;
  readonly methods: S;
}): Vtable<B & Methods<S>> {
  const { name, uuid, idl, base, methods: signatures } = declaration;
  const inherited = [...(base?.operations.values() ?? [])];
  const own = Object.entries(signatures).map(([method, signature], index) =>
    orpcOperation({
      name: method,
      opnum: FIRST_OPNUM + inherited.length + index,
      section: `${idl}: ${name}::${method}`,
      in: signature.in,
      out: { ...signature.out, ReturnValue: HRESULT },
    }),
  );
  const operations = [...inherited, ...own] as Operation[];
  const methods = Object.fromEntries(operations.map((each) => [each.name, each])) as B & Methods<S>;
  const version = { major: 0, minor: 0 };
  return { ...interfaceDef({ name, uuid, version, section: idl, operations }), methods };
}
