import type { Found } from '@deskwire/sdk';
import { describe, expect, it } from 'vitest';
import { formOf, helpfulShare, requestOf, type FaqRow } from '../src/admin/faqs.js';
import { queryOf, ratingsIn, spreadOf, summaryOf, type GivenRating } from '../src/pages/ratings.js';

const faq: FaqRow = {
  uid: 'f1',
  category: 'Parcels',
  question: 'Where is it?',
  answer: 'On its way.',
  type: 'TEXT',
  inWelcome: false,
  viewCount: 3,
  upCount: 1,
  downCount: 3,
};

describe('questions', () => {
  it('are made for a workgroup, and changed by their uid', () => {
    const form = { ...formOf(null), question: ' How much? ', answer: ' Ten. ' };
    const said = { question: 'How much?', answer: 'Ten.', category: '', inWelcome: true };
    expect(requestOf(form, null, 'wg')).toEqual(['create', { serviceUid: 'wg', ...said }]);
    expect(requestOf({ ...formOf(faq), category: '' }, faq, 'wg')).toEqual([
      'update',
      { uid: 'f1', question: 'Where is it?', answer: 'On its way.', category: '', inWelcome: false },
    ]);
  });

  it('are judged by those who have said something', () => {
    expect(helpfulShare(faq)).toBe(0.25);
    expect(helpfulShare({ upCount: 0, downCount: 0 })).toBeNull();
  });
});

describe('ratings', () => {
  it('are sought by agent and whole days', () => {
    expect(queryOf({ agent: '', since: '', until: '' })).toEqual({
      types: ['RATE_SUBMIT'],
      order: 'newest',
      size: 50,
    });
    const { agent, since, until } = queryOf({ agent: 'a1', since: '2026-03-02', until: '2026-03-02' });
    expect(agent).toBe('a1');
    expect(Number(until) - Number(since)).toBe(86_400_000);
  });

  it('are those messages that rate', () => {
    const message = { id: 'm', topic: 't', at: 1, sender: { name: 'Mei' } };
    const found = [
      { message: { ...message, content: { type: 'rating', score: 4 } } },
      { message: { ...message, content: { type: 'text', text: 'Thanks' } } },
    ] as unknown as readonly Found[];
    expect(ratingsIn(found)).toEqual([
      { id: 'm', topic: 't', at: 1, by: 'Mei', rating: { type: 'rating', score: 4 } },
    ]);
  });

  it('have a mean, a share and a spread, without any too', () => {
    const given = [5, 4, 2].map((score) => ({ rating: { score } })) as unknown as readonly GivenRating[];
    const { mean, satisfied } = summaryOf(given);
    expect([mean.toFixed(2), satisfied.toFixed(2)]).toEqual(['3.67', '0.67']);
    expect(spreadOf(given).map(({ count }) => count)).toEqual([1, 1, 0, 1, 0]);
    expect(summaryOf([])).toEqual({ mean: 0, satisfied: 0 });
  });
});
