import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What a WAL holds behind a frame that is not as it was written. */
export interface LostFrames {
  /** Frames before it: what SQLite still takes. */
  readonly kept: number;
  /** Whole commits behind it: SQLite takes none of them. */
  readonly commits: number;
}

const headerBytes = 32;
const frameHeaderBytes = 24;
/** SQLite's, and so ours. */
const defaultPageBytes = 4_096;
/** Of a WAL whose checksums read the file as big-endian numbers; one less: little-endian (sqlite.org/fileformat2, 4.1). */
const bigEndianMagic = 0x377f0683;

/**
 * Looks whether a WAL was cut by damage. SQLite reads it up to the first frame whose checksum is wrong, and says nothing of
 * what follows (sqlite.org/fileformat2, 4.3): right after a crash in the middle of a write, but whole commits of the same
 * salt behind that frame were on the disk once. null where there is no WAL, or nothing is lost.
 *
 * The file may be written meanwhile: should it begin anew under this look, the look begins anew as well.
 */
export function findLostFrames(file: string): LostFrames | null {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    for (;;) {
      const header = readAt(fd, 0, headerBytes);
      if (header === null) return null;
      const found = look(fd, header);
      if (found === null || readAt(fd, 0, headerBytes)?.equals(header)) return found;
    }
  } finally {
    closeSync(fd);
  }
}

function look(fd: number, header: Buffer): LostFrames | null {
  const magic = header.readUInt32BE(0);
  const sum = checksumBy(magic === bigEndianMagic);
  const begin = sum(header.subarray(0, 24), [0, 0]);
  // Without its header SQLite takes nothing of a WAL. What follows it then tells by itself that it was written whole.
  const isSound = (magic & ~1) >>> 0 === bigEndianMagic - 1 && isSum(begin, header, 24);
  const frameBytes = frameHeaderBytes + (isSound ? header.readUInt32BE(8) : defaultPageBytes);
  const frames = Math.floor((fstatSync(fd).size - headerBytes) / frameBytes);
  const salts = isSound ? header.subarray(16, 24) : readAt(fd, headerBytes, frameHeaderBytes)?.subarray(8, 16);
  let before = begin;
  let kept = isSound ? null : 0;
  let commits = 0;
  for (let n = 0; n < frames; n += 1) {
    const frame = readAt(fd, headerBytes + n * frameBytes, frameBytes);
    // Another salt: left from before the WAL began anew, as all that follows may be.
    const isOfThisWal = frame && salts?.equals(frame.subarray(8, 16));
    const after = frame && sum(frame.subarray(frameHeaderBytes), sum(frame.subarray(0, 8), before));
    if (!isOfThisWal || !after || !isSum(after, frame, 16)) kept ??= n;
    else if (kept !== null && frame.readUInt32BE(4) > 0) commits += 1;
    // What is stored, though wrong here, is what the next frame was summed up from.
    if (frame) before = [frame.readUInt32BE(16), frame.readUInt32BE(20)];
  }
  return kept !== null && commits > 0 ? { kept, commits } : null;
}

type Sum = readonly [number, number];

const isSum = ([first, second]: Sum, bytes: Buffer, at: number): boolean =>
  bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;

/** The running checksum over 32-bit words, two at a time. */
function checksumBy(isBigEndian: boolean): (bytes: Buffer, from: Sum) => Sum {
  return (bytes, [first, second]) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let [s0, s1] = [first, second];
    for (let at = 0; at < bytes.byteLength; at += 8) {
      s0 = (s0 + view.getUint32(at, !isBigEndian) + s1) >>> 0;
      s1 = (s1 + view.getUint32(at + 4, !isBigEndian) + s0) >>> 0;
    }
    return [s0, s1];
  };
}

function readAt(fd: number, position: number, length: number): Buffer | null {
  const buffer = Buffer.alloc(length);
  return readSync(fd, buffer, 0, length, position) === length ? buffer : null;
}
