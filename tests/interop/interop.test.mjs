// This library's members and those of other implementations in one group: they join ours, we join theirs, each commits,
// and everyone reads everyone.
//
// HOMEWARD_MLS_PEER names the program mls_peer. HOMEWARD_INTEROP_SEED repeats a run's choices (each run prints its own),
// HOMEWARD_INTEROP_EPOCHS is the number of random epochs (50).
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'

globalThis.crypto ??= webcrypto // Node 18 has none of its own accord
const { Ours } = await import('./ours.mjs')
const { TsMls } = await import('./ts_mls.mjs')
const { CoreCrypto } = await import('./core_crypto.mjs')

const seed = Number(process.env.HOMEWARD_INTEROP_SEED ?? 9420)
const epochs = Number(process.env.HOMEWARD_INTEROP_EPOCHS ?? 50)
const suites = { 1: 'X25519, AES-128-GCM, Ed25519', 2: 'P-256, AES-128-GCM, ECDSA', 3: 'X25519, ChaCha20-Poly1305, Ed25519' }

// mulberry32
function choices(from) {
  let state = from >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    below: (limit) => Math.floor(next() * limit),
    one: (list) => list[Math.floor(next() * list.length)],
    sometimes: (probability) => next() < probability,
  }
}

// A group in the course of a test, as if a perfect relay stood between its members.
class Group {
  members = []
  outside = []
  sent = 0
  joined = 0
  stranded = 0 // could not join for a mistake of their own

  // `handshakes`: 'private', 'public' or, where nobody minds, 'mixed'.
  static async of(kinds, suite, founder, handshakes) {
    const group = new Group()
    group.handshakes = handshakes
    for (const [number, kind] of kinds.entries()) {
      group.outside.push(await kind.make(`${kind.kind} ${number}`, suite, seed + number, handshakes === 'public'))
    }
    const first = group.outside.find((one) => one.constructor === founder)
    await first.create(new TextEncoder().encode(`group of ${first.name}`))
    group.#move(first, group.outside, group.members)
    return group
  }
  #move(one, from, to) {
    from.splice(from.indexOf(one), 1)
    to.push(one)
  }
  byName(name) {
    return [...this.members, ...this.outside].find((one) => one.name === name)
  }

  async propose(who, what, asPublic) {
    const message = await who.propose(what, asPublic)
    for (const reader of this.members) if (reader !== who) await reader.process(message)
  }
  // By `who`; `add` and `remove` are members. `proposed` were proposed before.
  async commit(who, { add = [], remove = [] }, { asPublic = this.handshakes === 'public', proposed = { add: [], remove: [] } } = {}) {
    const packages = []
    for (const one of add) packages.push(await one.keyPackage())
    const { message, welcome } = await who.commit({ add: packages, remove: remove.map((one) => one.name) }, asPublic)
    for (const reader of this.members) {
      if (reader === who) continue
      const leaves = remove.includes(reader) || proposed.remove.includes(reader)
      if (leaves && add.length + proposed.add.length > 0 && reader.constructor.missesRemovalWithAdd) continue
      const { removed } = await reader.process(message)
      assert.equal(removed, leaves, `${reader.name}: removed`)
    }
    await who.accept()
    for (const one of [...remove, ...proposed.remove]) {
      if (this.members.includes(one)) this.#move(one, this.members, this.outside)
    }
    const stranded = []
    for (const one of [...add, ...proposed.add]) {
      try {
        await one.join(welcome)
        ++this.joined
        this.#move(one, this.outside, this.members)
      } catch (error) {
        if (!one.refusesValidTree?.(error)) throw error
        stranded.push(one)
      }
    }
    if (stranded.length > 0) {
      this.stranded += stranded.length
      await this.commit(who, { remove: stranded }, { asPublic })
    }
    await this.check()
  }
  async check() {
    const states = []
    for (const member of this.members) states.push(await member.state())
    const names = this.members.map((member) => member.name).sort()
    const authenticators = new Set(states.map((state) => state.authenticator).filter(Boolean))
    assert.ok(authenticators.size <= 1, 'epoch authenticators differ')
    for (const [index, state] of states.entries()) {
      const who = this.members[index].name
      assert.equal(state.epoch, states[0].epoch, `${who}: epoch`)
      assert.equal(state.exported, states[0].exported, `${who}: exported secret`)
      assert.deepEqual(state.members, names, `${who}: members`)
    }
  }
  // Everyone writes, everyone else reads.
  async talk() {
    for (const writer of this.members) {
      const data = new TextEncoder().encode(`message ${++this.sent} of ${writer.name}`)
      const message = await writer.protect(data)
      for (const reader of this.members) {
        if (reader === writer) continue
        const { data: read } = await reader.process(message)
        assert.deepEqual(Buffer.from(read), Buffer.from(data), `${reader.name} reads ${writer.name}`)
      }
    }
  }
  close() {
    for (const one of [...this.members, ...this.outside]) one.close()
  }
}

// Each of the first two kinds adds the other, updates and removes.
async function everyOperation(kinds, suite, founder, handshakes) {
  const group = await Group.of(kinds, suite, founder, handshakes)
  try {
    const [first] = group.members
    const other = group.outside.find((one) => one.constructor !== founder)
    await group.commit(first, { add: [other] })
    await group.talk()
    for (const committer of [first, other]) {
      await group.commit(committer, {})
      const newcomers = group.outside.slice(0, 2)
      await group.commit(committer, { add: newcomers })
      await group.talk()
      await group.commit(committer, { remove: [newcomers[0]] })
      await group.talk()
      await group.commit(newcomers[1], { remove: [committer === first ? other : first] })
      await group.commit(newcomers[1], { add: [committer === first ? other : first] })
      await group.talk()
      await group.commit(committer, { remove: [newcomers[1]] })
    }
  } finally {
    group.close()
  }
}

async function randomEpoch(group, random) {
  const kindsIn = (members) => new Set(members.map((one) => one.constructor)).size
  const kinds = kindsIn([...group.members, ...group.outside])
  const removable = (who) => group.members.filter((one) =>
    one !== who && group.members.length > 2 && kindsIn(group.members.filter((rest) => rest !== one)) === kinds)
  const committer = random.one(group.members)
  const asPublic = group.handshakes === 'mixed' ? random.sometimes(0.4) : group.handshakes === 'public'
  const proposed = { add: [], remove: [] }
  let updating

  const proposers = group.members.filter((one) => one !== committer && one.canPropose.length > 0)
  if (proposers.length > 0 && random.sometimes(0.4)) {
    const proposer = random.one(proposers)
    const kind = random.one(proposer.canPropose)
    const leaving = removable(committer).filter((one) => one !== proposer)
    if (kind === 'update') {
      await group.propose(proposer, { update: true }, asPublic)
      updating = proposer
    } else if (kind === 'add' && group.outside.length > 0) {
      const newcomer = random.one(group.outside)
      await group.propose(proposer, { add: await newcomer.keyPackage() }, asPublic)
      proposed.add.push(newcomer)
    } else if (kind === 'remove' && leaving.length > 0) {
      const one = random.one(leaving)
      await group.propose(proposer, { remove: one.name }, asPublic)
      proposed.remove.push(one)
    }
  }
  const newcomers = group.outside.filter((one) => !proposed.add.includes(one))
  // Together with the proposed removal somebody of each kind must stay, and nobody is updated and removed at once.
  const leaving = proposed.remove.length > 0 ? [] : removable(committer).filter((one) => one !== updating)
  const action = random.one(['add', 'remove', 'update'])
  const changes = {}
  if (action === 'add' && newcomers.length > 0) changes.add = newcomers.slice(0, 1 + random.below(2))
  if (action === 'remove' && leaving.length > 0) changes.remove = [random.one(leaving)]
  await group.commit(committer, changes, { asPublic, proposed })
  for (const member of group.members) if (member.reload && random.sometimes(0.2)) await member.reload()
  await group.talk()
}

// What core-crypto's groups take: one kind only.
const oneKind = (random) => random.one(['private', 'public'])

for (const [suite, title] of Object.entries(suites)) {
  for (const other of [TsMls, CoreCrypto]) {
    for (const founder of [Ours, other]) {
      for (const handshakes of ['private', 'public']) {
        test(`${other.kind}, ${handshakes} handshakes, group of ${founder.kind}, every operation (${title})`, () =>
          everyOperation([Ours, other, Ours, other, Ours, other], Number(suite), founder, handshakes))
      }
    }
    test(`${other.kind}, ${epochs} random epochs from seed ${seed} (${title})`, async () => {
      const random = choices(seed + Number(suite))
      const founder = random.one([Ours, other])
      const handshakes = other === CoreCrypto ? oneKind(random) : 'mixed'
      const group = await Group.of([Ours, Ours, Ours, other, other, other], Number(suite), founder, handshakes)
      try {
        const [first] = group.members
        await group.commit(first, { add: [group.outside.find((one) => one.constructor !== founder)] })
        for (let epoch = 0; epoch < epochs; ++epoch) await randomEpoch(group, random)
        assert.ok(group.stranded < group.joined, 'most can join')
      } finally {
        group.close()
      }
    })
  }
}

test(`all three in one group, ${epochs} random epochs from seed ${seed}`, async () => {
  const random = choices(seed)
  const group = await Group.of([Ours, TsMls, CoreCrypto, Ours, TsMls, CoreCrypto], 1, Ours, oneKind(random))
  try {
    await group.commit(group.members[0], { add: group.outside.slice(0, 2) })
    for (let epoch = 0; epoch < epochs; ++epoch) await randomEpoch(group, random)
    assert.ok(group.stranded < group.joined, 'most can join')
  } finally {
    group.close()
  }
})
