// Where she is. Places are kept in memory only: the browser's history holds step numbers under one address, so that
// Back works and the disk of the browser learns nothing of groups or people. After a reload everything starts at Today.

import type { CaseDetail, CountDetail } from './case_nav';
import type { GuidanceDetail } from './guidance_nav';

export type Place = 'talk' | 'guidance' | 'cases' | 'counts' | 'people' | 'more';

export type Route =
  | { screen: 'today' }
  | { screen: 'start' }
  | { screen: 'join' }
  | { screen: 'waiting'; join: string }
  | { screen: 'settings' }
  | { screen: 'due' }
  | { screen: 'group'; group: string; place: Place; detail?: Detail };

export type Detail =
  | { kind: 'member'; member: string }
  | { kind: 'request'; request: string }
  | { kind: 'invite' }
  | { kind: 'devices' }
  | { kind: 'invites' }
  | { kind: 'leave' }
  | { kind: 'rules' }
  | { kind: 'refused' }
  | { kind: 'porch' }
  | CaseDetail
  | CountDetail
  | GuidanceDetail;

const home: Route = { screen: 'today' };

class Nav {
  #stack: Route[] = $state.raw([home]);
  #at = $state(0);
  #scrolled: number[] = [];
  /** How far down the page stood when she left the place she is back at; 0 at a new one. */
  scroll_to = 0;

  get route(): Route {
    return this.#stack[this.#at] ?? home;
  }

  start(): void {
    history.scrollRestoration = 'manual';
    this.forget();
    addEventListener('popstate', (event) => {
      const step = (event.state as { step?: number } | null)?.step ?? 0;
      this.scroll_to = this.#scrolled[step] ?? 0;
      this.#at = step < this.#stack.length ? step : 0;
    });
  }

  /** Forgets every place, so that Back cannot return to one. */
  forget(): void {
    this.#stack = [home];
    this.#scrolled = [];
    this.scroll_to = 0;
    this.#at = 0;
    history.replaceState({ step: 0 }, '', location.pathname);
  }

  go(route: Route): void {
    if (same(route, this.route)) return;
    this.#scrolled[this.#at] = scrollY;
    this.scroll_to = 0;
    this.#stack = [...this.#stack.slice(0, this.#at + 1), route];
    this.#at++;
    history.pushState({ step: this.#at }, '', location.pathname);
  }

  replace(route: Route): void {
    this.scroll_to = 0;
    this.#stack = this.#stack.map((old, step) => (step === this.#at ? route : old));
  }

  /** To the place above: by stepping back when she came from there, so that Back never leads in circles. */
  up(route: Route): void {
    const before = this.#stack[this.#at - 1];
    if ((before && same(before, route)) || this.came_from_within()) history.back();
    else this.replace(route);
  }

  /** Whether she came from another screen of this same place of the group, to which going up then leads. */
  came_from_within(): boolean {
    const before = this.#stack[this.#at - 1];
    const here = this.route;
    return (
      before?.screen === 'group' && here.screen === 'group' && !!here.detail && !!before.detail &&
      before.group === here.group && before.place === here.place
    );
  }
}

function same(a: Route, b: Route): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export const nav = new Nav();
