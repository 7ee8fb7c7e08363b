// Ways from a case into the guidance.

import { call } from '../../../lib/call';
import type { Situation } from '../../../lib/guidance_nav';
import { nav } from '../../../lib/nav.svelte';

/** The paper of the article, to be filled in and kept in this case; the article itself where it has none, or several. */
export async function to_article(group: string, article: string, case_id: string): Promise<void> {
  const found = await call('guidance.article', { group, article });
  const [paper, ...more] = found.content.papers;
  const place = { screen: 'group', group, place: 'guidance' } as const;
  if (paper && more.length === 0 && !found.withdrawal) {
    nav.go({ ...place, detail: { kind: 'paper', article, revision: found.item.revision, paper: paper.paper, case_id } });
  } else {
    nav.go({ ...place, detail: { kind: 'article', article } });
  }
}

/** What there is to read for a man in this situation. */
export function to_situation(group: string, situation: Situation): void {
  nav.go({ screen: 'group', group, place: 'guidance', detail: { kind: 'situation', situation } });
}
