/** Fetches what builds the single file for arm64 on x64. */
import { toolsFor } from './tools.ts'

if (process.arch === 'x64') await toolsFor('arm64')
