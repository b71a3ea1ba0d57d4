import { CIM_ARRAY, CIM_TYPE, type CimClass, type CimValue, cimTypeName } from '../../codec/wmi/index.js';
import { UsageError } from '../io.js';

/** `Win32_Process.Create`, `Win32_Service.Name="Spooler".StartService`: the object, and its method. */
export function methodPath(text: string): { path: string; method: string } {
  const found = /^((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^"'])+)\.([A-Za-z_]\w*)$/.exec(text);
  if (found === null) throw new UsageError(`--method: '${text}' is no CLASS.METHOD`);
  return { path: found[1] as string, method: found[2] as string };
}

/** `NAME=VALUE`, by the types that the method declares; a list is written as in JSON. Throws `UsageError`. */
export function methodArguments(input: CimClass | null, texts: readonly string[]): Record<string, CimValue> {
  const declared = input?.class.properties ?? [];
  return Object.fromEntries(
    texts.map((text) => {
      const split = text.indexOf('=');
      const name = text.slice(0, split);
      const known = declared.find((each) => each.name.toLowerCase() === name.toLowerCase());
      if (split < 0) throw new UsageError(`expected NAME=VALUE, not '${text}'`);
      if (known === undefined) {
        const names = declared.map((each) => each.name).join(', ');
        throw new UsageError(`no parameter ${name}; ${names === '' ? 'the method takes none' : `known: ${names}`}`);
      }
      return [known.name, typedValue(known.type, text.slice(split + 1), known.name)];
    }),
  );
}

const TEXTS: ReadonlySet<number> = new Set([CIM_TYPE.string, CIM_TYPE.datetime, CIM_TYPE.reference]);
const LONG: ReadonlySet<number> = new Set([CIM_TYPE.sint64, CIM_TYPE.uint64]);

function typedValue(type: number, text: string, name: string): CimValue {
  const bad = (): never => {
    throw new UsageError(`${name}: '${text}' is no ${cimTypeName(type)}`);
  };
  if (type & CIM_ARRAY) {
    const list = listIn(text) ?? bad();
    return list.map((item) =>
      typedValue(type & ~CIM_ARRAY, typeof item === 'string' ? item : JSON.stringify(item), name),
    );
  }
  if (TEXTS.has(type)) return text;
  if (type === CIM_TYPE.boolean) return /^true$/i.test(text) || (/^false$/i.test(text) ? false : bad());
  if (type === CIM_TYPE.real32 || type === CIM_TYPE.real64) return Number.isNaN(Number(text)) ? bad() : Number(text);
  if (type === CIM_TYPE.object || !/^[-+]?(\d+|0x[0-9a-f]+)$/i.test(text)) return bad();
  return LONG.has(type) ? BigInt(text) : Number(text);
}

function listIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
