/** The formats of a list. */
export type ListFormat = 'toml' | 'yaml' | 'json'
