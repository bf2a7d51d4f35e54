// The shapes of TypeScript's interfaces as bare JSON Schemas, to compare a schema with the types in a file.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

export type Shape = Readonly<Record<string, unknown>>;

/** Each exported interface of a file by its name; aliases of `string` are strings. Throws at a type that it does not know. */
export function interfacesOf(file: string): Readonly<Record<string, Shape>> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const aliases = new Set(
    source.statements
      .filter(ts.isTypeAliasDeclaration)
      .filter(({ type }) => type.kind === ts.SyntaxKind.StringKeyword)
      .map(({ name }) => name.text),
  );
  const interfaces = source.statements.filter(ts.isInterfaceDeclaration);
  return Object.fromEntries(interfaces.map((one) => [one.name.text, shapeOfMembers(one.members, aliases)]));
}

function shapeOfMembers(members: ts.NodeArray<ts.TypeElement>, aliases: ReadonlySet<string>): Shape {
  const properties = members.map((member) => {
    if (!ts.isPropertySignature(member) || !member.type)
      throw new Error(`Not a property: ${member.getText()}`);
    return {
      name: member.name.getText(),
      isOptional: !!member.questionToken,
      shape: shapeOf(member.type, aliases),
    };
  });
  return {
    type: 'object',
    additionalProperties: false,
    required: properties.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
    properties: Object.fromEntries(properties.map(({ name, shape }) => [name, shape])),
  };
}

function shapeOf(type: ts.TypeNode, aliases: ReadonlySet<string>): Shape {
  if (ts.isTypeOperatorNode(type)) return shapeOf(type.type, aliases);
  if (ts.isArrayTypeNode(type)) return { type: 'array', items: shapeOf(type.elementType, aliases) };
  if (type.kind === ts.SyntaxKind.StringKeyword) return { type: 'string' };
  if (type.kind === ts.SyntaxKind.NumberKeyword) return { type: 'integer' };
  if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return { enum: [type.literal.text] };
  if (ts.isUnionTypeNode(type)) return shapeOfUnion(type.types.map((one) => shapeOf(one, aliases)));
  if (ts.isTypeReferenceNode(type)) return shapeOfReference(type, aliases);
  throw new Error(`Not a type that a schema is compared with: ${type.getText()}`);
}

/** One list, where all of them are lists of texts. */
function shapeOfUnion(shapes: readonly Shape[]): Shape {
  const lists = shapes.map((shape) => shape.enum).filter((list): list is unknown[] => Array.isArray(list));
  return lists.length === shapes.length ? { enum: lists.flat() } : { anyOf: shapes };
}

function shapeOfReference(type: ts.TypeReferenceNode, aliases: ReadonlySet<string>): Shape {
  const text = type.getText();
  if (text === 'Readonly<Record<string, string>>') {
    return { type: 'object', additionalProperties: { type: 'string' } };
  }
  return aliases.has(text) ? { type: 'string' } : { $ref: `#/$defs/${text}` };
}
