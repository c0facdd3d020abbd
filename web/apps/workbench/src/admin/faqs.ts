// Questions with answers, as the server keeps them for a workgroup.

/** A question as the server lists it. */
export interface FaqRow {
  readonly uid: string;
  readonly category: string;
  readonly question: string;
  readonly answer: string;
  /** Type of the answer, as TEXT. */
  readonly type: string;
  /** Whether the welcome offers it. */
  readonly inWelcome: boolean;
  readonly viewCount: number;
  readonly upCount: number;
  readonly downCount: number;
}

/** What the dialog writes. */
export interface FaqForm {
  question: string;
  answer: string;
  category: string;
  inWelcome: boolean;
}

/** What the dialog begins with: the question that is there, or an empty one that the welcome is to offer. */
export const formOf = (faq: FaqRow | null): FaqForm => ({
  question: faq?.question ?? '',
  answer: faq?.answer ?? '',
  category: faq?.category ?? '',
  inWelcome: faq?.inWelcome ?? true,
});

/** The request that keeps `form`: path below `/api/v1/faq/`, and body. A new question belongs to `service`, a uid. */
export function requestOf(
  { question, answer, category, inWelcome }: FaqForm,
  faq: FaqRow | null,
  service: string,
): readonly [path: 'create' | 'update', body: object] {
  const said = { question: question.trim(), answer: answer.trim(), category: category.trim(), inWelcome };
  return faq ? ['update', { uid: faq.uid, ...said }] : ['create', { serviceUid: service, ...said }];
}

/** Share of those who found the answer helpful, 0 to 1; null if nobody has said. */
export function helpfulShare({ upCount, downCount }: Pick<FaqRow, 'upCount' | 'downCount'>): number | null {
  const judged = upCount + downCount;
  return judged === 0 ? null : upCount / judged;
}
