import type { Catalogue } from '../catalogue.ts';

export const keypairs: Catalogue['keypairs'] = {
  title: 'Cặp khóa',
  filter: 'Lọc theo tên hoặc dấu vân tay…',
  add: 'Thêm cặp khóa',
  emptyTitle: 'Chưa có cặp khóa nào',
  emptyText:
    'Cặp khóa cho phép bạn đăng nhập vào máy ảo qua SSH. Nửa công khai được đặt vào mọi máy ảo tạo cùng nó.',
  column: {
    name: 'Tên',
    type: 'Loại',
    fingerprint: 'Dấu vân tay',
    md5: 'Dấu vân tay MD5',
    created: 'Tạo lúc',
    publicKey: 'Khóa công khai',
  },
  show: 'Chi tiết…',
  copyPublic: 'Sao chép khóa công khai',
  deleteManyTitle: 'Xóa {{count}} cặp khóa?',
  deleteText: 'Những máy ảo đã có khóa này vẫn giữ nó. Khóa riêng của bạn vẫn ở nơi bạn đã lưu.',
  form: {
    title: 'Thêm cặp khóa',
    name: 'Tên',
    import: 'Dùng khóa sẵn có',
    generate: 'Tạo khóa mới',
    found: 'Tìm thấy trong ~/.ssh',
    publicKey: 'Khóa công khai',
    publicKeyHint: 'Một dòng, như trong tệp .pub. Đừng bao giờ dán khóa riêng.',
    fromFile: 'Từ tệp…',
    generateText:
      'Một cặp khóa ed25519 mới sẽ được tạo. Nửa riêng chỉ hiện cho bạn một lần và không được lưu ở đâu cả.',
    add: 'Thêm',
    make: 'Tạo',
    privateTitle: 'Hãy lưu ngay khóa riêng của {{name}}',
    privateText:
      'Đây là lần duy nhất khóa này được hiện. Không có nó thì không ai đăng nhập được bằng cặp khóa này.',
    save: 'Lưu vào tệp…',
    saved: 'Đã lưu tại {{path}}, chỉ mình bạn đọc được.',
    notSaved: 'Khóa riêng chưa được lưu. Đóng lại là mất hẳn.',
    closeAnyway: 'Vẫn đóng',
    done: 'Xong',
  },
};
