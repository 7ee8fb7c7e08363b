// A member of ts-mls.
import { p256 } from '@noble/curves/nist.js'
import {
  acceptAll, ciphersuites, createApplicationMessage, createCommit, createGroup, createProposal, decodeMlsMessage,
  defaultCapabilities, emptyPskIndex, encodeMlsMessage, generateKeyPackageWithKey, getCiphersuiteFromName, getCiphersuiteImpl,
  joinGroup, mlsExporter, processMessage,
} from 'ts-mls'

const text = new TextDecoder()
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const decode = (message) => {
  const decoded = decodeMlsMessage(message, 0)
  if (!decoded) throw new Error('ts-mls cannot decode the message')
  return decoded[0]
}

export class TsMls {
  static kind = 'ts-mls'
  // It takes its own leaf for still its own if the commit that removes it puts somebody else there.
  static missesRemovalWithAdd = true
  canPropose = ['add', 'remove']
  #made = []

  static async make(name, suite) {
    const member = new TsMls()
    member.name = name
    const suiteName = Object.keys(ciphersuites).find((each) => ciphersuites[each] === suite)
    member.suite = await getCiphersuiteImpl(getCiphersuiteFromName(suiteName))
    return member
  }

  // ts-mls would make a compressed public key for P-256; RFC 9420, section 5.1.2, asks for the uncompressed one.
  async #signatureKey() {
    const made = await this.suite.signature.keygen()
    return this.suite.name.endsWith('P256') ? { ...made, publicKey: p256.getPublicKey(made.signKey, false) } : made
  }
  async #newKeyPackage() {
    const now = BigInt(Math.floor(Date.now() / 1000))
    const lifetime = { notBefore: now - 3600n, notAfter: now + 7n * 86_400n }
    const credential = { credentialType: 'basic', identity: new TextEncoder().encode(this.name) }
    return generateKeyPackageWithKey(credential, defaultCapabilities(), lifetime, [], await this.#signatureKey(), this.suite)
  }
  async keyPackage() {
    const made = await this.#newKeyPackage()
    this.#made.push(made)
    return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_key_package', keyPackage: made.publicPackage })
  }
  async create(groupId) {
    const { publicPackage, privatePackage } = await this.#newKeyPackage()
    this.group = await createGroup(groupId, publicPackage, privatePackage, [], this.suite)
  }
  async join(message) {
    const { welcome } = decode(message)
    const failures = []
    for (const { publicPackage, privatePackage } of [...this.#made].reverse()) {
      try {
        this.group = await joinGroup(welcome, publicPackage, privatePackage, emptyPskIndex, this.suite)
        return
      } catch (error) {
        failures.push(error)
      }
    }
    // Only one of the key packages is the one that was meant.
    throw failures.find((error) => error.message !== 'No matching secret found') ?? failures[0]
  }
  // It wants all nodes above an unmerged leaf to list the same unmerged leaves; RFC 9420, section 12.4.3.1, wants them
  // to list this leaf.
  refusesValidTree(error) {
    return error.message === 'non-blank intermediate node must list leaf node in its unmerged_leaves'
  }
  #leaves() {
    return this.group.ratchetTree.flatMap((node, index) =>
      node?.nodeType === 'leaf' ? [{ leaf: index / 2, name: text.decode(node.leaf.credential.identity) }] : [])
  }
  #proposal(what) {
    if (what.add) return { proposalType: 'add', add: { keyPackage: decode(what.add).keyPackage } }
    return { proposalType: 'remove', remove: { removed: this.#leaves().find((one) => one.name === what.remove).leaf } }
  }
  async propose(what, asPublic) {
    const made = await createProposal(this.group, asPublic, this.#proposal(what), this.suite)
    this.group = made.newState
    return encodeMlsMessage(made.message)
  }
  async commit({ add = [], remove = [] }, asPublic) {
    const extraProposals = [
      ...remove.map((name) => this.#proposal({ remove: name })), ...add.map((one) => this.#proposal({ add: one }))]
    const made = await createCommit({ state: this.group, cipherSuite: this.suite },
      { extraProposals, wireAsPublicMessage: asPublic, ratchetTreeExtension: true })
    this.next = made.newState
    const welcome = made.welcome &&
      encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome: made.welcome })
    return { message: encodeMlsMessage(made.commit), welcome }
  }
  async accept() {
    this.group = this.next
  }
  async process(message) {
    const result = await processMessage(decode(message), this.group, emptyPskIndex, acceptAll, this.suite)
    this.group = result.newState
    return {
      data: result.kind === 'applicationMessage' ? result.message : undefined,
      removed: this.group.groupActiveState.kind === 'removedFromGroup',
    }
  }
  async protect(data) {
    const made = await createApplicationMessage(this.group, data, this.suite)
    this.group = made.newState
    return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage: made.privateMessage })
  }
  async state() {
    const { keySchedule, groupContext } = this.group
    const exported = await mlsExporter(keySchedule.exporterSecret, 'exporter', new Uint8Array(), 32, this.suite)
    return {
      epoch: Number(groupContext.epoch),
      authenticator: hex(keySchedule.epochAuthenticator),
      exported: hex(exported),
      members: this.#leaves().map((one) => one.name).sort(),
    }
  }
  close() {}
}
