export const differences = {
  title: 'Khác biệt',
  hint: 'Những gì máy chủ và Micronova không khớp nhau. Không có gì được làm cho đến khi bạn quyết định.',
  look: 'Xem lại',
  filter: 'Lọc theo loại, tên, máy chủ…',
  emptyTitle: 'Mọi thứ đều khớp',
  emptyText:
    'Định nghĩa, đĩa, địa chỉ và phần tài nguyên đều đúng như Micronova biết, trên mọi máy chủ đang kết nối.',
  column: {
    kind: 'Loại',
    subject: 'Đối tượng',
    detail: 'Vì sao',
    size: 'Dung lượng',
    found: 'Phát hiện',
    instance: 'Máy ảo',
  },
  claims: 'Phần tài nguyên không khớp',
  heal: 'Sửa lại',
  ours: 'Như Micronova biết',
  hosts: 'Như trên máy chủ',
  diffHint: 'Chỉ những chỗ hai định nghĩa khác nhau, kèm vài dòng xung quanh.',
  removeTitle: 'Gỡ bỏ {{name}}?',
  removeText:
    'Nó được xem lại một lần nữa trên {{host}} và chỉ bị gỡ nếu vẫn không thuộc về ai. Không hoàn tác được.',
};
