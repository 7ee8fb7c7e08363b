// The one next thing to do about a case, from what is known of it: a deadline that passed, a silence too long, a step
// that is due, and else what follows from how it stands with him.

import type { CaseView, Kind } from '../../../lib/cases';
import type { Situation } from '../../../lib/guidance_nav';
import { t } from '../../../lib/i18n.svelte';
import { days_until, say_calendar_day } from '../../../lib/when';

export interface Next {
  tone: 'none' | 'act' | 'urgent';
  text: string;
  verb: string;
  does:
    | { what: 'entry'; kind?: Kind }
    | { what: 'article'; article: string }
    | { what: 'situation'; situation: Situation }
    | { what: 'unit' }
    | { what: 'talk' }
    | { what: 'step'; step: string };
}

export function next_of(view: CaseView): Next {
  const { card } = view;
  const tone = (level: string): Next['tone'] => (level === 'urgent' ? 'urgent' : level === 'none' ? 'none' : 'act');
  const over = card.state === 'home' || card.state === 'killed' || card.state === 'released';

  // Whoever is not of his family can do one thing: write down what she heard.
  if (!view.may_edit) {
    return { tone: 'none', text: t('case.next.other', { name: card.speaks.name }), verb: t('case.next.wait.do'), does: { what: 'entry' } };
  }
  const missed = view.deadlines.find((one) => !one.met && one.days_left < 0);
  if (missed && !over) {
    return {
      tone: 'urgent',
      text: t('case.next.missed', { title: missed.title, day: say_calendar_day(missed.due), next: missed.next }),
      verb: t('case.next.missed.do'),
      does: { what: 'situation', situation: card.state === 'held' ? 'held' : 'refused' },
    };
  }
  const step = view.steps.find((one) => !one.done && one.who.me && one.due && days_until(one.due) <= 0);
  if (step?.due) {
    return {
      tone: step.overdue ? 'urgent' : 'act',
      text: t(step.overdue ? 'case.next.step_late' : 'case.next.step', { text: step.text, day: say_calendar_day(step.due) }),
      verb: t('case.next.step.do'),
      does: { what: 'step', step: step.step },
    };
  }
  const advice = view.advice;
  if (advice && !over) {
    const values = { count: card.silent_days ?? 0, same: advice.same_unit };
    if (advice.what === 'ask_comrades') {
      return {
        tone: tone(advice.level),
        text: t(advice.same_unit > 0 ? 'case.next.ask_comrades' : 'case.next.ask_group', values),
        verb: t(advice.same_unit > 0 ? 'case.next.ask_comrades.do' : 'case.next.ask_group.do'),
        does: advice.same_unit > 0 ? { what: 'unit' } : { what: 'talk' },
      };
    }
    const what = advice.what === 'complaint' ? 'complaint' : 'tracing_request';
    return {
      tone: tone(advice.level),
      text: t(`case.next.${what}`, values),
      verb: t(`case.next.${what}.do`),
      does: advice.article ? { what: 'article', article: advice.article } : { what: 'situation', situation: 'missing' },
    };
  }
  const leads = (key: 'threatened' | 'held' | 'refused' | 'wounded' | 'missing' | 'killed' | 'charged', situation: Situation): Next => ({
    tone: key === 'threatened' || key === 'held' || key === 'charged' ? 'act' : 'none',
    text: t(`case.next.${key}`),
    verb: t(`case.next.${key}.do`),
    does: { what: 'situation', situation },
  });
  switch (card.state) {
    case 'threatened':
      return leads('threatened', 'refused');
    case 'held':
      return leads('held', 'held');
    case 'refused':
      return leads('refused', 'refused');
    case 'wounded':
      return leads('wounded', 'wounded');
    case 'missing':
      return leads('missing', 'missing');
    case 'killed':
      return leads('killed', 'killed');
    case 'charged':
      return leads('charged', 'held');
    case 'report_served': {
      const waits = view.deadlines.find((one) => !one.met);
      return {
        tone: 'none',
        text: waits ? t('case.next.report_served', { day: say_calendar_day(waits.due) }) : t('case.next.report_served_open'),
        verb: t('case.next.report_served.do'),
        does: { what: 'entry', kind: 'answer' },
      };
    }
    case 'released':
      return { tone: 'none', text: t('case.next.released'), verb: t('case.next.released.do'), does: { what: 'entry', kind: 'home' } };
    case 'home':
      return { tone: 'none', text: t('case.next.home'), verb: t('case.next.home.do'), does: { what: 'entry' } };
    default:
      return { tone: 'none', text: t('case.next.wait'), verb: t('case.next.wait.do'), does: { what: 'entry' } };
  }
}
