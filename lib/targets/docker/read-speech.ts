/** Which of its dialects Docker speaks on a node, and what of a list it can express there: the image store decides. */
import type { Speech } from '../target.ts'
import type { View } from '../view.ts'
import { containerdStoreDialect, dockerDialect } from './dialect.ts'
import { formOf } from './form.ts'
import { dockerLosses } from './losses.ts'
import { observe } from './observe.ts'
import type { DockerSettings } from './settings.ts'

export async function readSpeech(settings: DockerSettings, view: View): Promise<Speech> {
  const snapshot = await observe(view, [], settings)
  const { daemonMirrors } = formOf(snapshot)
  return {
    dialect: daemonMirrors ? dockerDialect : containerdStoreDialect,
    losses: dockerLosses.of(settings, snapshot),
  }
}
