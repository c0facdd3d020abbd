// Makes `src/generated` from the schemas in `/proto` with protoc-gen-es. `--check` says whether it is current instead.
//
// protoc itself is not needed: protobufjs reads the schemas, and the plugin is given what protoc would give it.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import protobuf from 'protobufjs';

const schemas = fileURLToPath(new URL('../../../proto/', import.meta.url));
const target = fileURLToPath(new URL('src/generated/', import.meta.url));

/** What the descriptor of one schema file says. Schemas are proto3 with messages of plain fields. */
function describeFile(name) {
  const root = new protobuf.Root();
  const parsed = protobuf.parse(readFileSync(schemas + name, 'utf8'), root, { keepCase: true });
  return {
    name,
    syntax: 'proto3',
    dependency: parsed.imports ?? [],
    messageType: root.nestedArray.map((message) => ({
      name: message.name,
      field: message.fieldsArray.map(describeField),
    })),
  };
}

function describeField({ name, id, type, repeated }) {
  const scalar = Type[type.toUpperCase()];
  return {
    name,
    number: id,
    jsonName: name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()),
    label: repeated ? Label.REPEATED : Label.OPTIONAL,
    type: scalar ?? Type.MESSAGE,
    typeName: scalar === undefined ? `.${type}` : '',
  };
}

/** What the plugin makes of the schemas: `[{name, content}]`. */
function generate() {
  const names = readdirSync(schemas).filter((name) => name.endsWith('.proto'));
  // A file comes behind those it needs.
  const files = names.map(describeFile).sort((a, b) => a.dependency.length - b.dependency.length);
  const request = create(CodeGeneratorRequestSchema, {
    fileToGenerate: files.map(({ name }) => name),
    parameter: 'target=ts,import_extension=js',
    protoFile: files,
  });
  const plugin = createRequire(import.meta.url).resolve('@bufbuild/protoc-gen-es/bin/protoc-gen-es');
  const { stdout, stderr } = spawnSync(process.execPath, [plugin], {
    input: toBinary(CodeGeneratorRequestSchema, request),
  });
  const response = fromBinary(CodeGeneratorResponseSchema, stdout);
  if (response.error || response.file.length === 0) {
    throw new Error(response.error || stderr.toString());
  }
  return response.file;
}

const current = (name) => {
  try {
    return readFileSync(target + name, 'utf8');
  } catch {
    return undefined;
  }
};

const generated = generate();
if (process.argv.includes('--check')) {
  const stale = generated.filter(({ name, content }) => current(name) !== content);
  if (stale.length > 0) {
    console.error(`packages/proto: run "npm run generate": ${stale.map(({ name }) => name).join(', ')}`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(target, { recursive: true });
  generated.forEach(({ name, content }) => writeFileSync(target + name, content));
}
