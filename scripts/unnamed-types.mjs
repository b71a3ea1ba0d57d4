// Types that an export of the package mentions and no sub-path exports. By what they are, not by their names, since
// two types of one name are two.
import { createRequire } from 'node:module';
import { relative } from 'node:path';

// TypeScript 7 has no API to ask; API Extractor brings a version that has.
const ts = createRequire(createRequire(import.meta.url).resolve('@microsoft/api-extractor'))('typescript');

/** `Asn1Type mentions Place of codec/asn1/type.d.ts`, for each such type below `folder` that `entries` lead to. */
export function unnamedTypes(folder, entries) {
  const program = ts.createProgram(entries, {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const original = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const named = new Set();
  const name = (module) => {
    for (const symbol of checker.getExportsOfModule(module).map(original)) {
      if (named.has(symbol)) continue;
      named.add(symbol);
      if (symbol.flags & ts.SymbolFlags.ValueModule) name(symbol);
    }
  };
  for (const entry of entries) name(checker.getSymbolAtLocation(program.getSourceFile(entry)));

  const isOwn = (declaration) => declaration.getSourceFile().fileName.startsWith(folder);
  const unnamed = new Set();
  const look = (by, node) => {
    const reference = mentioned(node);
    const symbol = reference && checker.getSymbolAtLocation(reference);
    const [declaration] = (symbol && original(symbol).declarations) ?? [];
    if (
      declaration &&
      isOwn(declaration) &&
      !ts.isTypeParameterDeclaration(declaration) &&
      !named.has(original(symbol))
    )
      unnamed.add(`${by} mentions ${symbol.name} of ${relative(folder, declaration.getSourceFile().fileName)}`);
    ts.forEachChild(node, (child) => look(by, child));
  };
  for (const { name: by, declarations = [] } of named)
    for (const declaration of declarations) if (!ts.isSourceFile(declaration)) look(by, declaration);
  return [...unnamed];
}

function mentioned(node) {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  if (ts.isTypeQueryNode(node)) return first(node.exprName);
  return ts.isImportTypeNode(node) ? node.qualifier : undefined;
}

const first = (name) => (ts.isQualifiedName(name) ? first(name.left) : name);
