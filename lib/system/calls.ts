/**
 * The calls of the file system, in two kinds. A call that blocks takes microseconds, and a call in the thread pool ten
 * times that. But a disk that hangs holds up every blocking call, so a process that serves requests uses the thread pool.
 */
import fs, { type Dirent, type Stats } from 'node:fs'
import { ignoreErrno } from './errno.ts'

/** An open file. */
export interface Handle {
  readonly fd: number
  stat(): Promise<Stats>
  /** Reads at most `length` bytes from the present position; 0 at the end. */
  read(buffer: Buffer, offset: number, length: number): Promise<{ readonly bytesRead: number }>
  writeFile(bytes: Uint8Array | string): Promise<void>
  chown(uid: number, gid: number): Promise<void>
  chmod(mode: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** Functions of node:fs, as promises. */
export interface Calls {
  /** Undefined where nothing has that path. */
  lstat(file: string): Promise<Stats | undefined>
  stat(file: string): Promise<Stats>
  readlink(file: string): Promise<string>
  readdir(directory: string): Promise<Dirent[]>
  readFile(file: string): Promise<Buffer>
  access(file: string, mode: number): Promise<void>
  open(file: string, flags: string | number, mode?: number): Promise<Handle>
  link(from: string, to: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(file: string): Promise<void>
  mkdir(directory: string, mode: number): Promise<void>
  rmdir(directory: string): Promise<void>
  chmod(file: string, mode: number): Promise<void>
  lchown(file: string, uid: number, gid: number): Promise<void>
}

const inThreadPool: Calls = {
  lstat: file => ignoreErrno(fs.promises.lstat(file)),
  stat: file => fs.promises.stat(file),
  readlink: file => fs.promises.readlink(file),
  readdir: directory => fs.promises.readdir(directory, { withFileTypes: true }),
  readFile: file => fs.promises.readFile(file),
  access: (file, mode) => fs.promises.access(file, mode),
  open: (file, flags, mode) => fs.promises.open(file, flags, mode),
  link: (from, to) => fs.promises.link(from, to),
  rename: (from, to) => fs.promises.rename(from, to),
  unlink: file => fs.promises.unlink(file),
  mkdir: (directory, mode) => fs.promises.mkdir(directory, mode).then(() => {}),
  rmdir: directory => fs.promises.rmdir(directory),
  chmod: (file, mode) => fs.promises.chmod(file, mode),
  lchown: (file, uid, gid) => fs.promises.lchown(file, uid, gid),
}

const blocking: Calls = {
  // No exception for a file that does not exist: making one costs more than the call.
  lstat: file => ignoreErrno(settled(() => fs.lstatSync(file, { throwIfNoEntry: false }))),
  stat: file => settled(() => fs.statSync(file)),
  readlink: file => settled(() => fs.readlinkSync(file)),
  readdir: directory => settled(() => fs.readdirSync(directory, { withFileTypes: true })),
  readFile: file => settled(() => fs.readFileSync(file)),
  access: (file, mode) => settled(() => fs.accessSync(file, mode)),
  open: (file, flags, mode) => settled(() => handleOf(fs.openSync(file, flags, mode))),
  link: (from, to) => settled(() => fs.linkSync(from, to)),
  rename: (from, to) => settled(() => fs.renameSync(from, to)),
  unlink: file => settled(() => fs.unlinkSync(file)),
  mkdir: (directory, mode) => settled(() => void fs.mkdirSync(directory, mode)),
  rmdir: directory => settled(() => fs.rmdirSync(directory)),
  chmod: (file, mode) => settled(() => fs.chmodSync(file, mode)),
  lchown: (file, uid, gid) => settled(() => fs.lchownSync(file, uid, gid)),
}

function handleOf(fd: number): Handle {
  return {
    fd,
    stat: () => settled(() => fs.fstatSync(fd)),
    read: (buffer, offset, length) =>
      settled(() => ({ bytesRead: fs.readSync(fd, buffer, offset, length, null) })),
    writeFile: bytes => settled(() => fs.writeFileSync(fd, bytes)),
    chown: (uid, gid) => settled(() => fs.fchownSync(fd, uid, gid)),
    chmod: mode => settled(() => fs.fchmodSync(fd, mode)),
    // The slowest call of all, and several together cost hardly more than one: in the thread pool in both kinds.
    sync: () =>
      new Promise((done, failed) => fs.fsync(fd, error => (error === null ? done() : failed(error)))),
    close: () => settled(() => fs.closeSync(fd)),
  }
}

async function settled<T>(act: () => T): Promise<T> {
  return act()
}

let chosen = blocking

/** The calls of this process. */
export function calls(): Calls {
  return chosen
}

/** From now on no call blocks this process. */
export function callInThreadPool(): void {
  chosen = inThreadPool
}

/** A turn of the event loop takes as long as several calls that block. */
const STEPS_IN_A_TURN = 16

let steps = 0

/** To call after each step of calls that block: signals and timers run between some of them. */
export async function takeTurn(): Promise<void> {
  steps = (steps + 1) % STEPS_IN_A_TURN
  if (steps === 0) await new Promise(done => setImmediate(done))
}
