// One message of every type, as agents send them.

/** Small pictures of one colour with a shape on it, as the shop might have them. */
const picture = (colour) =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 260 130"><rect width="260" height="130" fill="${colour}"/><circle cx="130" cy="70" r="38" fill="#fff8"/></svg>`,
  )}`;

/** `[type, content]` of each. */
export const samples = {
  zh: [
    ['TEXT', '您好！请看 https://shop.example/returns。'],
    [
      'GOODS',
      {
        uid: 'p1',
        title: '青瓷茶壶 300ml',
        price: '¥268.00',
        image: picture('#7fae9f'),
        description: '手工拉坯，龙泉釉色',
        tagList: ['现货', '包邮'],
        url: 'https://shop.example/p1',
      },
    ],
    [
      'JOB_CARD',
      {
        jobId: 'j1',
        title: '前端工程师',
        salary: '25-40K · 14薪',
        company: '玉石科技',
        location: '上海',
        tags: ['TypeScript', '五险一金'],
      },
    ],
    [
      'ORDER',
      { uid: '20261121000017', statusText: '已发货', totalAmount: '¥268.00', time: '2026-11-20 10:12' },
    ],
    [
      'ARTICLE',
      {
        title: '退换货说明',
        description: '七天无理由，运费由我们承担。',
        url: 'https://shop.example/returns',
      },
    ],
    ['LOCATION', { latitude: 31.23, longitude: 121.47, label: '上海市黄浦区人民大道 200 号' }],
    [
      'CHOICE',
      {
        content: '请问是哪方面的问题？',
        options: [
          { optionUid: '1', title: '物流' },
          { optionUid: '2', title: '退换货' },
          { optionUid: '3', title: '发票' },
        ],
      },
    ],
    ['QUOTATION', { content: '这个订单今天发出。', quotedMessageUid: 'the first' }],
  ],
  en: [
    ['TEXT', 'Hello! Please have a look at https://shop.example/returns.'],
    [
      'GOODS',
      {
        uid: 'p1',
        title: 'Celadon teapot, 300 ml',
        price: '$38.00',
        image: picture('#7fae9f'),
        description: 'Thrown by hand, Longquan glaze',
        tagList: ['In stock', 'Free delivery'],
        url: 'https://shop.example/p1',
      },
    ],
    [
      'JOB_CARD',
      {
        jobId: 'j1',
        title: 'Front-end engineer',
        salary: '$90–120k',
        company: 'Jade & Stone',
        location: 'Berlin',
        tags: ['TypeScript', 'Hybrid'],
      },
    ],
    [
      'ORDER',
      { uid: '20261121000017', statusText: 'Shipped', totalAmount: '$38.00', time: '2026-11-20 10:12' },
    ],
    [
      'ARTICLE',
      {
        title: 'Returns',
        description: 'Thirty days, and we pay the postage.',
        url: 'https://shop.example/returns',
      },
    ],
    ['LOCATION', { latitude: 52.52, longitude: 13.4, label: 'Alexanderplatz 1, Berlin' }],
    [
      'CHOICE',
      {
        content: 'What is it about?',
        options: [
          { optionUid: '1', title: 'Delivery' },
          { optionUid: '2', title: 'Returns' },
          { optionUid: '3', title: 'Invoice' },
        ],
      },
    ],
    ['QUOTATION', { content: 'It leaves our house today.', quotedMessageUid: 'the first' }],
  ],
};
