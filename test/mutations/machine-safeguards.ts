import { guard, type Safeguard } from './guard.ts';

/** Keys and files, clocks, disks: what happens to machines. */
export const machine: readonly Safeguard[] = [
  guard(
    'first key: one that was revoked stays revoked',
    'handlers/authorize/first-key.ts',
    'return first.id === id && !(await isFirstKeyRevoked(stored, first)) ? first : null;',
    'return first.id === id ? first : null;',
    'embedded/service/first-key',
    'aws/secrets/access',
  ),
  guard(
    'first key: the mark of a revoked one is no key',
    'handlers/authorize/first-key.ts',
    'const live = (record: ApiKeyRecord | null): ApiKeyRecord | null => (record?.revoked ? null : record);',
    'const live = (record: ApiKeyRecord | null): ApiKeyRecord | null => record;',
    'embedded/service/first-key',
  ),
  guard(
    'first start: a file takes its name only when it is whole',
    'embedded/service/whole-file.ts',
    '  renameSync(partial, file);',
    '  writeFileSync(file, text);',
    'embedded/service/secrets',
  ),
  guard(
    'first start: a file is on the disk before it takes its name',
    'embedded/service/whole-file.ts',
    '    writeFileSync(fd, text);\n    fsyncSync(fd);\n',
    '    writeFileSync(fd, text);\n',
    'embedded/service/secrets',
  ),
  guard(
    'data folder: held also when its file `lock` is lost',
    'embedded/service/folder-lock.ts',
    "if (process.platform !== 'linux') return () => {};",
    'if (path.length > 0) return () => {};',
    'embedded/service/secrets',
  ),
];
