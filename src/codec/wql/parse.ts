import { constant, objectPathIn } from './object-path.js';
import type { AssociationFilter, AssociationQuery, Condition, Operator, SelectQuery, WqlQuery } from './query.js';
import { numberOf, Tokens, unescaped } from './tokens.js';

/** Parentheses and NOTs in each other; longer chains of AND and OR need none. */
const MAX_NESTING = 100;

/** Reads a query. Throws `WqlError` with the place of what is wrong. */
export function parseWql(text: string): WqlQuery {
  const tokens = new Tokens(text);
  const query = tokens.is('SELECT') ? select(tokens) : association(tokens);
  tokens.take(';');
  if (tokens.current.kind !== 'end') tokens.fail('expected the end of the query');
  return query;
}

function select(tokens: Tokens): SelectQuery {
  tokens.expect('SELECT');
  const properties = tokens.take('*') ? undefined : list(tokens);
  tokens.expect('FROM');
  const from = tokens.name('the name of a class');
  const within = tokens.take('WITHIN') ? seconds(tokens) : undefined;
  const where = tokens.take('WHERE') ? condition(tokens, 0) : undefined;
  const group = tokens.take('GROUP') ? grouping(tokens) : undefined;
  return {
    kind: 'select',
    properties,
    from,
    ...(where === undefined ? {} : { where }),
    ...(within === undefined ? {} : { within }),
    ...(group === undefined ? {} : { group }),
  };
}

function list(tokens: Tokens): string[] {
  const names = [property(tokens)];
  while (tokens.take(',')) names.push(property(tokens));
  return names;
}

/** `Name`, `TargetInstance.Name`, `TargetInstance.*`. */
function property(tokens: Tokens): string {
  let name = tokens.name('the name of a property');
  while (tokens.take('.')) name += `.${tokens.take('*') ? '*' : tokens.name('the name of a property')}`;
  return name;
}

function seconds(tokens: Tokens): number {
  if (tokens.current.kind !== 'number') tokens.fail('expected a number of seconds');
  const value = Number(tokens.current.text);
  if (value < 0) tokens.fail('expected a number of seconds that is not negative');
  tokens.next();
  return value;
}

/** [MS-WMI] 2.2.1.2, EVENT-EXPR. */
function grouping(tokens: Tokens): NonNullable<SelectQuery['group']> {
  tokens.expect('WITHIN');
  const interval = seconds(tokens);
  const by = tokens.take('BY') ? list(tokens) : [];
  const having = tokens.take('HAVING') ? condition(tokens, 0) : undefined;
  return { seconds: interval, by, ...(having === undefined ? {} : { having }) };
}

const condition = (tokens: Tokens, depth: number): Condition =>
  chain(tokens, 'OR', () => chain(tokens, 'AND', () => term(tokens, depth)));

function chain(tokens: Tokens, keyword: 'AND' | 'OR', part: () => Condition): Condition {
  const conditions = [part()];
  while (tokens.take(keyword)) conditions.push(part());
  const [first] = conditions as [Condition];
  return conditions.length === 1 ? first : { kind: keyword === 'AND' ? 'and' : 'or', conditions };
}

function term(tokens: Tokens, depth: number): Condition {
  if (depth > MAX_NESTING) tokens.fail(`more than ${MAX_NESTING} conditions in each other`);
  if (tokens.take('NOT')) return { kind: 'not', condition: term(tokens, depth + 1) };
  if (!tokens.take('(')) return comparison(tokens);
  const inner = condition(tokens, depth + 1);
  tokens.expect(')');
  return inner;
}

/** By the way that WQL writes them, and turned round for a value that stands first. */
const OPERATORS: Readonly<Record<string, readonly [Operator, Operator]>> = {
  '=': ['=', '='],
  '<>': ['<>', '<>'],
  '!=': ['<>', '<>'],
  '<': ['<', '>'],
  '<=': ['<=', '>='],
  '>': ['>', '<'],
  '>=': ['>=', '<='],
};

function comparison(tokens: Tokens): Condition {
  if (tokens.current.kind !== 'name' || tokens.is('TRUE') || tokens.is('FALSE') || tokens.is('NULL')) {
    if (!['string', 'number', 'name'].includes(tokens.current.kind)) tokens.fail('expected the name of a property');
    return turned(tokens);
  }
  const name = property(tokens);
  if (tokens.take('IS')) {
    const isNull = !tokens.take('NOT');
    tokens.expect('NULL');
    return { kind: 'null', property: name, isNull };
  }
  if (tokens.take('ISA')) return { kind: 'isa', property: name, className: className(tokens) };
  if (tokens.take('NOT')) {
    tokens.expect('LIKE');
    return { kind: 'not', condition: like(tokens, name) };
  }
  if (tokens.take('LIKE')) return like(tokens, name);
  const [operator] = operatorOf(tokens);
  return compare(name, operator, constant(tokens));
}

function turned(tokens: Tokens): Condition {
  const value = constant(tokens);
  const [, operator] = operatorOf(tokens);
  return compare(property(tokens), operator, value);
}

function operatorOf(tokens: Tokens): readonly [Operator, Operator] {
  const found = OPERATORS[tokens.current.text];
  if (tokens.current.kind !== 'symbol' || found === undefined)
    return tokens.fail('expected =, <>, <, <=, >, >=, LIKE, ISA or IS');
  tokens.next();
  return found;
}

/** To be equal to NULL is to be null. */
function compare(name: string, operator: Operator, value: ReturnType<typeof constant>): Condition {
  if (value === null && (operator === '=' || operator === '<>'))
    return { kind: 'null', property: name, isNull: operator === '=' };
  return { kind: 'compare', property: name, operator, value };
}

/** A pattern keeps its backslashes. */
function like(tokens: Tokens, name: string): Condition {
  const { kind, text } = tokens.current;
  if (kind !== 'string' && kind !== 'number') tokens.fail('expected a pattern');
  tokens.next();
  return { kind: 'compare', property: name, operator: 'LIKE', value: kind === 'string' ? text : numberOf(text) };
}

const className = (tokens: Tokens): string =>
  tokens.current.kind === 'string' ? unescaped(tokens.next().text) : tokens.name('the name of a class');

type Texts = Exclude<keyof AssociationFilter, 'keysOnly' | 'classDefsOnly' | 'schemaOnly'>;

const TEXTS: Readonly<Record<string, Texts>> = {
  ASSOCCLASS: 'assocClass',
  RESULTCLASS: 'resultClass',
  RESULTROLE: 'resultRole',
  ROLE: 'role',
  REQUIREDQUALIFIER: 'requiredQualifier',
  REQUIREDASSOCQUALIFIER: 'requiredAssocQualifier',
};
const FLAGS: Readonly<Record<string, 'keysOnly' | 'classDefsOnly' | 'schemaOnly'>> = {
  KEYSONLY: 'keysOnly',
  CLASSDEFSONLY: 'classDefsOnly',
  SCHEMAONLY: 'schemaOnly',
};
/** What REFERENCES OF does not take. */
const ONLY_ASSOCIATORS: ReadonlySet<string> = new Set(['assocClass', 'resultRole', 'requiredAssocQualifier']);

function association(tokens: Tokens): AssociationQuery {
  const kind = tokens.take('ASSOCIATORS') ? 'associators' : tokens.take('REFERENCES') ? 'references' : undefined;
  if (kind === undefined) return tokens.fail('expected SELECT, ASSOCIATORS OF or REFERENCES OF');
  tokens.expect('OF');
  if (!tokens.is('{')) tokens.fail('expected {');
  const { path, end } = objectPathIn(tokens.text, tokens.current.at + 1);
  tokens.moveTo(end);
  tokens.expect('}');
  const filter: Record<string, string | boolean> = {};
  if (tokens.take('WHERE')) {
    do filterOf(tokens, kind, filter);
    while (tokens.current.kind === 'name');
  }
  return { kind, of: path, ...(filter as AssociationFilter) };
}

function filterOf(tokens: Tokens, kind: AssociationQuery['kind'], filter: Record<string, string | boolean>): void {
  const word = tokens.current.text.toUpperCase();
  const key = tokens.current.kind === 'name' ? (TEXTS[word] ?? FLAGS[word]) : undefined;
  if (key === undefined || (kind === 'references' && ONLY_ASSOCIATORS.has(key)))
    return tokens.fail(`expected ResultClass or another filter of ${kind.toUpperCase()} OF`);
  if (key in filter) tokens.fail(`${key} again`);
  tokens.next();
  if (word in FLAGS) {
    filter[key] = true;
    return;
  }
  tokens.expect('=');
  filter[key] = className(tokens);
}
