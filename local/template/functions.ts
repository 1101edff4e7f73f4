import { resolve as resolvePath } from 'node:path';
import { TemplateError } from './errors.ts';
import type { BuildModel, FunctionModel } from './model.ts';
import { isObject, type Json, type Properties } from './properties.ts';

/** What SAM and Lambda take when the template says nothing. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;
const DEFAULT_ASYNC_RETRIES = 2;
const DEFAULT_ASYNC_AGE_SECONDS = 6 * 60 * 60;

const PLAYED = [
  'FunctionName',
  'Handler',
  'CodeUri',
  'Runtime',
  'Timeout',
  'MemorySize',
  'AutoPublishAlias',
  'AutoPublishAliasAllProperties',
  'Environment',
  'EventInvokeConfig',
  'ReservedConcurrentExecutions',
  'Events',
];

/** Networks, permissions, logs and tracing have no effect on one machine; the processor is the machine's own. */
const IGNORED = [
  'Architectures',
  'Description',
  'LoggingConfig',
  'PermissionsBoundary',
  'Policies',
  'Role',
  'Tags',
  'Tracing',
  'VersionDescription',
  'VpcConfig',
];

/** Globals as SAM merges them: maps key by key, lists by appending, anything else is overridden. */
export const withGlobals = (globals: Json, own: Json): Json => {
  const merged: Json = { ...globals };
  for (const [key, value] of Object.entries(own)) {
    const general = merged[key];
    if (isObject(general) && isObject(value) && !isIntrinsic(general) && !isIntrinsic(value)) {
      merged[key] = withGlobals(general, value);
    } else {
      merged[key] = Array.isArray(general) && Array.isArray(value) ? [...general, ...value] : value;
    }
  }
  return merged;
};

const isIntrinsic = (value: Json): boolean => Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));

/** A list, or its members joined by commas, as SAM takes `MainFields` and others. */
const words = (properties: Properties, name: string): string[] => {
  const value = properties.values[name] ?? [];
  if (typeof value === 'string') return value.split(',').map((word) => word.trim());
  return properties.list(name).map(String);
};

/** `[.js=.mjs]` */
const pairs = (properties: Properties, name: string): Record<string, string> =>
  Object.fromEntries(
    words(properties, name).map((pair) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
      if (key === undefined || value === undefined)
        throw new TemplateError(`${properties.where}.${name}: ${pair} is no pair`);
      return [key, value];
    }),
  );

const readBuild = (metadata: Properties, codeDirectory: string): BuildModel => {
  metadata.only(['BuildMethod', 'BuildProperties']);
  const method = metadata.text('BuildMethod', 'none');
  if (method !== 'esbuild')
    throw new TemplateError(`${metadata.where}.BuildMethod: ${method}, but only esbuild is played`);
  const build = metadata.in('BuildProperties');
  build.only([
    'EntryPoints',
    'Format',
    'OutExtension',
    'Target',
    'MainFields',
    'Minify',
    'Sourcemap',
    'KeepNames',
    'External',
    'Banner',
  ]);
  const format = build.text('Format', 'cjs');
  if (format !== 'esm' && format !== 'cjs')
    throw new TemplateError(`${build.where}.Format: ${format} is neither esm nor cjs`);
  return {
    entryPoints: words(build, 'EntryPoints').map((path) => resolvePath(codeDirectory, path)),
    format,
    outExtension: pairs(build, 'OutExtension'),
    target: build.text('Target', 'es2020'),
    mainFields: words(build, 'MainFields'),
    minify: build.flag('Minify', true),
    sourcemap: build.flag('Sourcemap', false),
    keepNames: build.flag('KeepNames', false),
    external: words(build, 'External'),
    banner: pairs(build, 'Banner'),
  };
};

const readAsyncInvoke = (config: Properties): FunctionModel['asyncInvoke'] => {
  config.only(['MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig']);
  const destination = config.in('DestinationConfig').only(['OnFailure']).in('OnFailure').only(['Type', 'Destination']);
  if (destination.has('Type') && destination.text('Type') !== 'SQS') {
    throw new TemplateError(`${destination.where}.Type: ${destination.text('Type')}, but only SQS is played`);
  }
  return {
    maximumRetryAttempts: config.number('MaximumRetryAttempts', DEFAULT_ASYNC_RETRIES),
    maximumEventAgeSeconds: config.number('MaximumEventAgeInSeconds', DEFAULT_ASYNC_AGE_SECONDS),
    ...destination.optionalText('Destination', 'onFailureArn'),
  };
};

/**
 * One function of the template.
 * @param properties resolved, with the globals merged in
 * @param directory where the template is; CodeUri is relative to it
 */
export const readFunction = (
  identity: { logicalId: string; name: string; arn: string },
  properties: Properties,
  metadata: Properties,
  directory: string,
): FunctionModel => {
  properties.only(PLAYED, IGNORED);
  const runtime = properties.text('Runtime');
  if (!runtime.startsWith('nodejs')) throw new TemplateError(`${properties.where}.Runtime: ${runtime} is not Node.js`);
  const variables = properties.in('Environment').only(['Variables']).in('Variables');
  return {
    ...identity,
    ...properties.optionalText('AutoPublishAlias', 'alias'),
    handler: properties.text('Handler'),
    timeoutMs: properties.number('Timeout', DEFAULT_TIMEOUT_SECONDS) * 1_000,
    memoryMb: properties.number('MemorySize', DEFAULT_MEMORY_MB),
    environment: Object.fromEntries(Object.keys(variables.values).map((name) => [name, variables.text(name)])),
    ...(properties.has('ReservedConcurrentExecutions') && {
      reservedConcurrency: properties.number('ReservedConcurrentExecutions', 0),
    }),
    build: readBuild(metadata, resolvePath(directory, properties.text('CodeUri', '.'))),
    asyncInvoke: readAsyncInvoke(properties.in('EventInvokeConfig')),
  };
};
