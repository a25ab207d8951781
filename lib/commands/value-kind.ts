/** What the value of a flag is, for completions and man pages. Pure. */
export type ValueKind =
  | 'address'
  | 'directory'
  | 'duration'
  | 'file'
  | 'preset'
  | 'registry'
  | 'runtime'
  | 'template'
