// What every screen needs: the vault's state, the connection, the groups, what waits for her. All of it is dropped
// the moment the vault is locked, before the node has answered.

import { call, on_outcome, Refusal, type Group, type Join, type Sync, type TodayItem } from './call';
import { language, show_language, type Language } from './i18n.svelte';
import { Again } from './live.svelte';
import { nav } from './nav.svelte';
import { on_notice, open_notices } from './notices';

class App {
  phase: 'loading' | 'stranger' | 'ready' = $state('loading');
  vault: 'none' | 'locked' | 'open' = $state('locked');
  language_chosen = $state(false);
  version = $state('');
  relay = $state('');
  node_lost = $state(false);
  lock_failed = $state(false);
  sync: Sync | null = $state.raw(null);
  groups: Group[] | null = $state.raw(null);
  today: TodayItem[] | null = $state.raw(null);
  joins: Join[] | null = $state.raw(null);
  /** Unsent words by group: they stay while she looks elsewhere, and go when the vault is locked. */
  drafts = new Map<string, string>();
  #locking = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  #state = new Again(() => this.#load_state());
  #overview = new Again(() => this.#load_overview());
  #status = new Again(() => this.#load_sync());

  start(): void {
    nav.start();
    on_outcome((refusal) => this.#heed(refusal));
    on_notice((notice) => {
      if (notice === null || notice.notice === 'vault') void this.#state.run();
      if (this.vault !== 'open' || notice === null) return;
      void this.#status.run();
      if (notice.notice !== 'sync') void this.#overview.run();
    });
    void this.#state.run();
  }

  async set_language(next: Language): Promise<void> {
    await call('app.set_language', { language: next });
    await show_language(next);
    this.language_chosen = true;
    if (this.vault === 'open') void this.#overview.run();
  }

  async opened(): Promise<void> {
    this.lock_failed = false;
    await this.#state.run();
  }

  async lock(): Promise<void> {
    if (this.vault !== 'open') return;
    this.#locking = true;
    this.#hide();
    try {
      await call('vault.lock', {});
      this.lock_failed = false;
    } catch (error) {
      this.lock_failed = !(error instanceof Refusal && error.code === 'locked');
    } finally {
      this.#locking = false;
      // What was told meanwhile was not looked at.
      void this.#state.run();
    }
  }

  refresh(): void {
    void this.#overview.run();
  }

  group(id: string): Group | undefined {
    return this.groups?.find((group) => group.group === id);
  }

  #hide(): void {
    this.vault = 'locked';
    this.groups = this.today = this.joins = this.sync = null;
    this.drafts.clear();
    nav.forget();
  }

  #heed(refusal: Refusal | null): void {
    this.node_lost = refusal?.code === 'unreachable';
    if (refusal?.code === 'stranger') {
      this.phase = 'stranger';
      void show_language(this.language_chosen ? language() : guess_language()).catch(() => undefined);
    }
    if (refusal?.code === 'locked' && this.vault === 'open') this.#hide();
  }

  async #load_state(): Promise<void> {
    if (this.#locking) return;
    try {
      const state = await call('app.state', {});
      if (this.#locking) return;
      this.version = state.version;
      this.relay = state.relay;
      this.language_chosen = state.language !== '';
      await show_language(state.language === 'ru' || state.language === 'en' ? state.language : guess_language());
      if (state.vault === 'open' && this.lock_failed) {
        // She wanted it locked while the node could not be reached: that comes first.
        await call('vault.lock', {});
        this.lock_failed = false;
      } else if (state.vault === 'open') {
        this.vault = 'open';
        void this.#overview.run();
        void this.#status.run();
      } else {
        if (this.vault === 'open') this.#hide();
        this.vault = state.vault;
      }
      this.phase = 'ready';
      open_notices((lost) => this.#stream(lost));
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'stranger')) {
        void show_language(guess_language()).catch(() => undefined);
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => void this.#state.run(), 1500);
      }
    }
  }

  #stream(lost: boolean): void {
    // A call tells for certain whether the node is gone or only the stream broke.
    if (lost) void this.#state.run();
    else this.node_lost = false;
  }

  async #load_overview(): Promise<void> {
    if (this.vault !== 'open') return;
    try {
      const [groups, today, joins] = await Promise.all([
        call('group.list', {}),
        call('today.list', {}),
        call('group.joins', {}),
      ]);
      // Locking may have come in between: what arrives late is not shown.
      if (this.vault !== 'open') return;
      this.groups = groups.groups;
      this.today = today.items;
      this.joins = joins.joins;
    } catch {
      // The outcome of each call was heeded above; what is shown stays until the next notice.
    }
  }

  async #load_sync(): Promise<void> {
    if (this.vault !== 'open') return;
    try {
      const sync = await call('sync.status', {});
      if (this.vault === 'open') this.sync = sync;
    } catch {
      // As above.
    }
  }
}

function guess_language(): Language {
  return navigator.language.startsWith('ru') || !navigator.language.startsWith('en') ? 'ru' : 'en';
}

export const app = new App();
