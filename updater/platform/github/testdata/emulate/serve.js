// Serves a GitHub for the tests with the tag emulate, with what standard input says as its seed, until that ends. The first line
// of standard output is its address.
import { createEmulator } from 'emulate'

let seed
let text = ''
for await (const chunk of process.stdin) {
  text += chunk
  if (!seed && text.includes('\n')) {
    seed = JSON.parse(text.slice(0, text.indexOf('\n')))
    const server = await createEmulator({ service: 'github', port: seed.port, seed: { github: seed.github } })
    console.log(server.url)
  }
}
process.exit(0)
