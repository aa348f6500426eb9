import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

// biome-ignore lint/suspicious/noExplicitAny: a document is JSON that the tests look into.
export type OpenApiJson = any;

export interface OpenApiCheck {
  /** Why an answer is none that the document describes; empty when it is one. The path is without the base path. */
  readonly faultsOf: (method: string, path: string, answer: Response) => Promise<readonly string[]>;
  /** Why a value does not fit a schema of the document. */
  readonly misfits: (schema: object, value: unknown) => readonly string[];
}

/** Holds answers to an OpenAPI document: the status is described, the media type, the body, and the headers it must have. */
export function openApiCheck(document: OpenApiJson): OpenApiCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const compiled = new Map<string, ValidateFunction>();
  const operations = Object.entries<OpenApiJson>(document.paths).map(([template, item]) => ({
    pattern: new RegExp(`^${template.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    // What is written out matches before what has a place for anything.
    literal: template.replaceAll(/\{\w+\}/g, '').length,
    item,
  }));

  function misfits(schema: object, value: unknown): readonly string[] {
    const whole = { ...schema, components: document.components };
    const name = JSON.stringify(schema);
    const validate = compiled.get(name) ?? ajv.compile(whole);
    compiled.set(name, validate);
    return validate(value)
      ? []
      : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  }

  function operationOf(method: string, path: string): OpenApiJson {
    const found = operations
      .filter(({ pattern, item }) => pattern.test(path) && item[method] !== undefined)
      .sort((a, b) => b.literal - a.literal)[0];
    return found?.item[method];
  }

  return {
    misfits,
    async faultsOf(method, path, answer) {
      const operation = operationOf(method === 'HEAD' ? 'get' : method.toLowerCase(), path);
      const type = answer.headers.get('Content-Type')?.split(';', 1)[0] ?? null;
      const text = method === 'HEAD' ? '' : await answer.clone().text();
      const problem = { $ref: '#/components/schemas/Problem' };
      if (!operation) {
        if (method === 'OPTIONS' && answer.status === 204) return [];
        const fits = [404, 405].includes(answer.status) && type === 'application/problem+json';
        return fits ? misfits(problem, JSON.parse(text)) : [`no route, but ${answer.status} ${type}`];
      }
      const described = operation.responses[answer.status];
      if (!described) return [`the status ${answer.status} is not described`];
      if (text === '') return described.content && method !== 'HEAD' ? ['no body, but one is described'] : [];
      const media = described.content?.[type ?? ''];
      if (!media) return [`the media type ${type} is not described for ${answer.status}`];
      if (!type?.endsWith('json')) return [];
      const open = type === 'application/problem+json' ? {} : { unevaluatedProperties: false };
      return misfits({ ...media.schema, ...open }, JSON.parse(text));
    },
  };
}
