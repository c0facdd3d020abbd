// What stories look for on the screen, in both languages.

export const words = {
  en: {
    signIn: { user: 'User name', password: 'Password', submit: 'Sign in' },
    online: 'Online',
    details: 'Visitor',
    close: 'Close',
    say: ['Hello! My parcel has not come yet.', 'The order is 20931.', 'Let me look at that for you.'],
    names: ['Lena Fischer', 'Tom Baker', 'Mia Chen', 'Noah Silva'],
    note: 'Parcel was held at customs, see ticket 311.',
    send: 'Send',
    reply: 'Reply',
    tag: 'shipping',
    title: 'Jade teapot – Jade & Stone',
    shop: 'Jade & Stone',
    greeting: 'Tea takes its time. So do we.',
  },
  zh: {
    signIn: { user: '用户名', password: '密码', submit: '登录' },
    online: '在线',
    details: '访客信息',
    close: '关闭',
    say: ['你好，我的包裹还没有到。', '订单号是 20931。', '好的，我马上帮您查一下。'],
    names: ['林小雨', '王建国', '陈思琪', '赵一鸣'],
    note: '包裹被海关扣留，见工单 311。',
    send: '发送',
    reply: '回复',
    tag: '物流',
    title: '青瓷茶壶 – 玉石茶具',
    shop: '玉石茶具',
    greeting: '一壶清茶，慢慢聊。',
  },
};
