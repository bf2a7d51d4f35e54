// Finds circles of imports, which the gate forbids: type imports, re-exports and `import()` count as well. Every
// file that is on a circle is printed with a shortest one through it: `node tools/check-imports.mjs [checkout]`.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const folders = ['lambda', 'scripts', 'simulator', 'tools', 'bench', 'test'];
const endings = ['.ts', '.mts', '.mjs', '.cjs'];

function main(root) {
  const files = folders.flatMap((folder) => filesIn(root, folder));
  if (files.length === 0) return complain(2, `no source files in ${root}`);
  const known = new Set(files);
  const imports = new Map(files.map((file) => [file, importsOf(root, file, known)]));
  const circles = findCircles(files, imports);
  for (const circle of circles) console.log(`import circle:\n  ${[...circle, circle[0]].join('\n  -> ')}`);
  if (circles.length > 0) return complain(1, `import circles: ${circles.length}, in ${files.length} files`);
  console.log(`import circles: none, in ${files.length} files`);
  return 0;
}

function filesIn(root, folder) {
  if (!fs.existsSync(path.join(root, folder))) return [];
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesIn(root, file);
    return endings.includes(path.extname(entry.name)) ? [file] : [];
  });
}

function importsOf(root, file, known) {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  const found = new Set();
  const visit = (node) => {
    const target = resolve(file, specifierOf(node)?.text, known);
    if (target) found.add(target);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return [...found];
}

function specifierOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return node.argument.literal;
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isImport || node.expression.escapedText === 'require' ? node.arguments[0] : undefined;
}

/** The file that a relative specifier names; undefined for packages, for data and for files outside `folders`. */
function resolve(from, specifier, known) {
  if (!specifier?.startsWith('.')) return undefined;
  const base = path.posix.join(path.posix.dirname(from), specifier);
  const source = base.replace(/\.(m?)js$/, '.$1ts');
  const candidates = [
    base,
    source,
    ...endings.flatMap((ending) => [base + ending, `${base}/index${ending}`]),
  ];
  return candidates.find((candidate) => known.has(candidate));
}

function findCircles(files, imports) {
  const printed = new Set();
  return files.flatMap((file) => {
    const circle = printed.has(file) ? undefined : shortestCircle(file, imports);
    circle?.forEach((member) => printed.add(member));
    return circle ? [circle] : [];
  });
}

/** A search in breadth from `start` until it is reached again. */
function shortestCircle(start, imports) {
  const seen = new Set();
  const paths = [[start]];
  for (const route of paths) {
    for (const next of imports.get(route.at(-1))) {
      if (next === start) return route;
      if (!seen.has(next)) paths.push([...route, next]);
      seen.add(next);
    }
  }
  return undefined;
}

function complain(exitCode, sentence) {
  console.error(sentence);
  return exitCode;
}

process.exitCode = main(process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '..'));
