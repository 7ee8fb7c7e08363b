// A member of ours: the program mls_peer in a process of its own.
//
// Every kind of member has the same methods: keyPackage, create, join, commit, accept, process, protect, state, and where
// it can propose without committing, propose. Messages, key packages and Welcomes are whole MLSMessages as Uint8Array.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const hex = (bytes) => Buffer.from(bytes).toString('hex')
const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'))

export class Ours {
  static kind = 'ours'
  canPropose = ['add', 'remove', 'update']

  static async make(name, suite, seed) {
    const member = new Ours(name)
    await member.#ask({ do: 'init', name, suite, seed })
    return member
  }

  #process
  #waiting = []
  constructor(name) {
    this.name = name
    this.#process = spawn(process.env.HOMEWARD_MLS_PEER, { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#waiting.shift()?.resolve(JSON.parse(line)))
    const lost = (why) => {
      for (const one of this.#waiting.splice(0)) one.reject(new Error(`mls_peer is gone: ${why}`))
    }
    this.#process.on('error', lost)
    this.#process.on('exit', (code, signal) => lost(signal ?? code))
  }
  async #ask(request) {
    const answer = await new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#process.stdin.write(JSON.stringify(request) + '\n')
    })
    if (answer.error !== undefined) throw new Error(`${this.name}: ${request.do}: ${answer.error}`)
    return answer
  }

  async keyPackage() {
    return bytes((await this.#ask({ do: 'key_package' })).key_package)
  }
  async create(groupId) {
    await this.#ask({ do: 'create', group_id: hex(groupId) })
  }
  async join(welcome) {
    await this.#ask({ do: 'join', welcome: hex(welcome) })
  }
  async #leafOf(name) {
    const { members } = await this.#ask({ do: 'state' })
    return members.find((member) => member.name === name).leaf
  }
  // { add: key package } or { remove: name } or { update: true }
  async propose(what, asPublic) {
    const request = { do: 'propose', public: asPublic }
    if (what.add) request.add = hex(what.add)
    else if (what.remove) request.remove = await this.#leafOf(what.remove)
    else request.update = true
    return bytes((await this.#ask(request)).message)
  }
  // { add: [key package…], remove: [name…] }; what waits is committed too. `accept` enters the new epoch.
  async commit({ add = [], remove = [] }, asPublic) {
    const leaves = []
    for (const name of remove) leaves.push(await this.#leafOf(name))
    const made = await this.#ask({ do: 'commit', add: add.map(hex), remove: leaves, force_path: true, public: asPublic })
    return { message: bytes(made.message), welcome: made.welcome && bytes(made.welcome) }
  }
  async accept() {
    await this.#ask({ do: 'merge' })
  }
  // { data }, or { removed } if that was said
  async process(message) {
    const answer = await this.#ask({ do: 'process', message: hex(message) })
    return { data: answer.data === undefined ? undefined : bytes(answer.data), removed: answer.removed === true }
  }
  async protect(data) {
    return bytes((await this.#ask({ do: 'protect', data: hex(data) })).message)
  }
  async state() {
    const { epoch, authenticator, members } = await this.#ask({ do: 'state' })
    const { secret } = await this.#ask({ do: 'export', label: 'exporter', context: '', size: 32 })
    return { epoch, authenticator, exported: secret, members: members.map((member) => member.name).sort() }
  }
  // Saves the group and goes on with what was saved.
  async reload() {
    await this.#ask({ do: 'reload' })
  }
  close() {
    this.#process.removeAllListeners('exit')
    this.#process.stdin.end()
  }
}
