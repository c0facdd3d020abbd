// What a server answers of its nodes, made into the answer of one of three: what is true of it is said of all, but for what
// makes them differ. That a cluster answers so is told by tests/e2e/cluster/operations.test.js.

/** Where nodes are listed. */
export const NODES = '**/api/v1/ops/nodes';

/** From now on the page is told of three nodes: one that is well, one that cannot write and one that is missing. */
export async function asCluster(page) {
  await page.route(NODES, async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    const [alone] = answer.data.nodes;
    const standing = {
      ...alone.standing,
      bus: 'UP',
      lagP95Ms: 1.5,
      byProtocol: [{ protocol: 'stomp', count: 3 }],
    };
    const store = { ...standing.store, kind: 'postgresql', up: false };
    const nodes = [
      { ...alone, name: 'n1', id: 'n1~00000001', standing },
      {
        ...alone,
        name: 'n2',
        id: 'n2~00000002',
        heardMs: 700,
        standing: { ...standing, readiness: 'UNREADY', store },
      },
      { ...alone, name: 'n3', id: 'n3~00000003', heardMs: 65_000, missing: true, standing: null },
    ];
    await route.fulfill({ response, json: { ...answer, data: { bus: 'UP', nodes } } });
  });
}
