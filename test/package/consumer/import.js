// Imports entries with every way out of a module watched, and prints what each did. Arguments: the entries.
const done = [];
const watchCalls = (owner, name, what = name) => {
  const real = owner[name];
  owner[name] = function (...args) {
    done.push(what);
    return real?.apply(this, args);
  };
};
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'addEventListener']) {
  watchCalls(globalThis, name);
}
for (const name of ['on', 'once', 'addListener']) watchCalls(process, name, `process.${name}`);
for (const name of ['document', 'window', 'localStorage', 'sessionStorage', 'navigator', 'WebSocket', 'EventSource']) {
  const value = new Proxy(class {}, {
    get: (_, key) => void done.push(`${name}.${String(key)}`),
    construct: () => ({ made: done.push(`new ${name}`) }),
  });
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
const seen = {};
for (const entry of process.argv.slice(2)) {
  const globals = new Set(Reflect.ownKeys(globalThis));
  const before = process.getActiveResourcesInfo().length;
  const names = Object.keys(await import(entry)).length;
  const left = process.getActiveResourcesInfo().length - before;
  const added = Reflect.ownKeys(globalThis).filter((key) => !globals.has(key));
  seen[entry] = { done: done.splice(0), left, added: added.map(String), exports: names > 0 };
}
process.stdout.write(JSON.stringify(seen));
