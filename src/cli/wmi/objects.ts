import stringWidth from 'string-width';
import { type CimClassAndMethods, type CimObject, type CimValue, cimTypeName } from '../../codec/wmi/index.js';
import { printable } from '../../report/printable.js';
import { wrap } from '../../report/wrap.js';
import type { Output } from '../io.js';

/** More properties than these are printed one a line: no terminal is so wide. */
const WIDEST = 8;
/** Rows that one table is laid out for. */
const PAGE = 500;

/** A value as JSON has it: an integer that a double cannot hold is text. */
export function jsonValue(value: CimValue): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.map((item) => jsonValue(item as CimValue));
  if (typeof value !== 'object' || value === null) return value;
  return objectRecord(value as CimObject);
}

const jsonValues = (values: Readonly<Record<string, CimValue>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, jsonValue(value)]));

/** The kind of its record. */
export const objectKind = ({ kind }: CimObject): 'wmi-instance' | 'wmi-class' => `wmi-${kind}`;

/** An object for programs: an instance with its values, a class with what it declares. */
export function objectRecord(object: CimObject): Record<string, unknown> {
  if (object.kind === 'instance') return { class: object.className, values: jsonValues(object.values) };
  const { name, derivation, properties, methods } = object.class;
  return {
    class: name,
    derivation,
    properties: declared(object.class).map((each) => ({
      name: each.name,
      type: cimTypeName(each.type),
      key: each.qualifiers.some((qualifier) => qualifier.name.toLowerCase() === 'key'),
      ...(properties.length > 0 && each.value !== null ? { default: jsonValue(each.value) } : {}),
    })),
    methods: methods.map((method) => method.name),
  };
}

const declared = ({ properties }: CimClassAndMethods) => [...properties].sort((one, other) => one.order - other.order);

function text(value: CimValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return printable(value);
  return typeof value === 'object' ? printable(JSON.stringify(jsonValue(value))) : String(value);
}

/** Prints objects as they come; gives how many there were. */
export async function printObjects(out: Output, objects: AsyncIterable<CimObject>, limit: number): Promise<number> {
  let count = 0;
  let page: CimObject[] = [];
  for await (const object of objects) {
    count++;
    if (out.json) out.record(objectKind(object), objectRecord(object));
    else page.push(object);
    if (page.length >= PAGE) {
      printPage(out, page);
      page = [];
    }
    if (count >= limit) break;
  }
  printPage(out, page);
  return count;
}

/** Instances of one class with few properties as a table; any others one after the other. */
function printPage(out: Output, page: readonly CimObject[]): void {
  const instances = page.flatMap((object) => (object.kind === 'instance' ? [object] : []));
  const names = Object.keys(instances[0]?.values ?? {});
  const alike = instances.every(({ values }) => Object.keys(values).join() === names.join());
  if (instances.length > 0 && instances.length === page.length && alike && names.length <= WIDEST && names.length > 0) {
    const numeric = (name: string): boolean => instances.every(({ values }) => isNumber(values[name] ?? null));
    out.table(
      instances,
      names.map((name) => ({
        title: name,
        value: ({ values }) => text(values[name] ?? null),
        ...(numeric(name) ? { align: 'right' as const } : {}),
      })),
    );
    return;
  }
  for (const object of page) printObject(out, object);
}

const isNumber = (value: CimValue): boolean => value === null || typeof value === 'number' || typeof value === 'bigint';

/** One object, a property a line; a class as MOF writes it, without what nobody asks for. */
export function printObject(out: Output, object: CimObject): void {
  if (object.kind === 'instance') {
    const width = Math.max(0, ...Object.keys(object.values).map((name) => name.length));
    out.line(`${object.className}:`);
    for (const [name, value] of Object.entries(object.values))
      for (const line of propertyLines(`  ${name.padEnd(width)}  `, text(value), out.width)) out.line(line);
    return;
  }
  const { name, derivation } = object.class;
  out.line(`class ${[name, ...derivation].join(' : ')}`);
  for (const each of declared(object.class)) {
    const key = each.qualifiers.some((qualifier) => qualifier.name.toLowerCase() === 'key') ? '[key] ' : '';
    const value = each.value === null ? '' : ` = ${text(each.value)}`;
    out.line(`  ${key}${cimTypeName(each.type)} ${each.name}${value}`);
  }
  for (const method of object.class.methods) out.line(`  ${signatureOf(method)}`);
}

/** A value that goes on below does so under itself, where its words have room there. */
function propertyLines(head: string, value: string, width: number | undefined): string[] {
  const line = (head + value).trimEnd();
  const longest = Math.max(...value.split(' ').map((word) => stringWidth(word)));
  return width === undefined || head.length + longest > width ? [line] : wrap(line, width, ' '.repeat(head.length));
}

function signatureOf({ name, input, output }: CimClassAndMethods['methods'][number]): string {
  const parameters = (direction: string, of: typeof input): string[] =>
    of === null
      ? []
      : declared(of.class)
          .filter((each) => each.name !== 'ReturnValue')
          .map((each) => `[${direction}] ${cimTypeName(each.type)} ${each.name}`);
  const result = output?.class.properties.find((each) => each.name === 'ReturnValue');
  const type = result === undefined ? 'void' : cimTypeName(result.type);
  return `${type} ${name}(${[...parameters('in', input), ...parameters('out', output)].join(', ')})`;
}
