// Figures of ratings.

import type { Rating } from '@deskwire/sdk';

/** A rating with where it was given. */
export interface GivenRating {
  readonly id: string;
  readonly topic: string;
  readonly at: number;
  readonly by: string;
  readonly rating: Rating;
}

/** Mean of the scores, and the share of 4 and 5; 0 without ratings. */
export function summaryOf(given: readonly GivenRating[]): {
  readonly mean: number;
  readonly satisfied: number;
} {
  const count = given.length || 1;
  const sum = given.reduce((total, { rating }) => total + rating.score, 0);
  const satisfied = given.filter(({ rating }) => rating.score >= 4).length;
  return { mean: sum / count, satisfied: satisfied / count };
}

/** How often each score was given, the best first; `share` of the most frequent. */
export function spreadOf(
  given: readonly GivenRating[],
): readonly { readonly score: number; readonly count: number; readonly share: number }[] {
  const counts = [5, 4, 3, 2, 1].map((score) => ({
    score,
    count: given.filter(({ rating }) => rating.score === score).length,
  }));
  const most = Math.max(1, ...counts.map(({ count }) => count));
  return counts.map((row) => ({ ...row, share: row.count / most }));
}
