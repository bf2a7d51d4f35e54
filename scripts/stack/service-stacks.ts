// The stacks of one service: that of the replication, and those that build on it by reading its exports.
import { join } from 'node:path';

import { root } from '../terminal/root';
import type { Values } from './parameters';
import { readTemplate, templateFile, withNames } from './template';
import type { Template } from './template';

/** The stacks that may be added to the replication, in the order in which they are deployed. */
export const addedKinds = ['delivery'] as const;

export type AddedKind = (typeof addedKinds)[number];

export type StackKind = 'replication' | AddedKind;

export const templateFiles: Readonly<Record<StackKind, string>> = {
  replication: templateFile,
  delivery: join(root, 'cloudformation', 'delivery.json'),
};

/** The name of the stack that delivers the orders of a replication stack. */
export const deliveryStackName = (replicationStackName: string): string => `${replicationStackName}-Delivery`;

/** The name of a stack of the service whose replication stack has this name. */
export const nameOfStack = (kind: StackKind, replicationStackName: string): string =>
  kind === 'replication' ? replicationStackName : deliveryStackName(replicationStackName);

/** Reads the templates of all kinds. */
export async function readTemplates(): Promise<Readonly<Record<StackKind, Template>>> {
  const { replication, delivery } = templateFiles;
  return { replication: await readTemplate(replication), delivery: await readTemplate(delivery) };
}

/** The template with the names of its tables written out, so that CloudFormation imports existing ones. */
export const withTableNames = (kind: StackKind, template: Template, replicationStackName: string): string =>
  withNames(template, variablesOf(kind, replicationStackName));

/** What the names of a stack's tables begin with, by the variable in its template. */
const variablesOf = (kind: StackKind, replicationStackName: string): Values =>
  kind === 'replication'
    ? { 'AWS::StackName': replicationStackName }
    : { ReplicationStackName: replicationStackName };
