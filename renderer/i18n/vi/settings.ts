export const settings = {
  hosts: 'Máy ảo và máy chủ',
  reclaim: 'Máy ảo đã xóa còn khôi phục được trong (phút)',
  reclaimHint: 'Sau đó sẽ bị xóa hẳn',
  linkTimeout: 'Máy chủ im lặng coi như mất sau (giây)',
  linkTimeoutHint: 'Ngắn thì nhận ra sớm khi đứt; dài thì chịu được đường truyền chậm',
  backups: 'Bản sao cơ sở dữ liệu',
  backupsHint:
    'Mỗi ngày một bản được giữ trong thư mục dữ liệu. Bản sao không chứa tệp ảnh đĩa hay mật khẩu.',
  backupsKept: 'Số bản sao hằng ngày được giữ',
  backupsKeptHint: 'Bản cũ nhất bị bỏ trước',
  backupNow: 'Sao ngay',
  export: 'Lưu bản sao thành…',
  import: 'Lấy lại một bản sao…',
  noBackups: 'Chưa có bản sao nào.',
  reason: {
    daily: 'hằng ngày',
    migration: 'trước khi nâng cấp',
    replaced: 'bị thay khi nhập bản khác',
    manual: 'làm bằng tay',
  },
  importTitle: 'Lấy lại bản sao này?',
  importText: '{{file}} sẽ thay cơ sở dữ liệu ở lần khởi động tới. Bản hiện tại được giữ lại.',
  importConfirm: 'Lấy lại',
  staged:
    'Bản sao tốt ({{instances}} máy ảo, {{hosts}} máy chủ) và sẽ được dùng khi Micronova khởi động lần tới.',
};

export const recovery = {
  own: '{{count}} máy ảo mang dấu của chính Micronova này nhưng không có trong cơ sở dữ liệu',
  other: '{{count}} máy ảo thuộc một Micronova khác: {{name}}',
  hint: 'Nếu cơ sở dữ liệu của nó đã mất, có thể dựng lại từ những gì các miền ghi lại.',
  ask: 'Dựng lại…',
  title: 'Dựng lại các máy ảo của {{name}}',
  submit: 'Dựng lại {{count}}',
  ownText:
    'Cơ sở dữ liệu cũ hơn các máy ảo này. Chúng trở lại với tên, cấu hình, chủ sở hữu, siêu dữ liệu, nhãn, khóa, ảnh đĩa và nhóm.',
  otherText:
    'Chỉ làm khi Micronova kia không còn: nếu nó vẫn đang được dùng, nó sẽ mất các máy ảo này. Chúng trở lại với tên, cấu hình, chủ sở hữu, siêu dữ liệu, nhãn, khóa, ảnh đĩa và nhóm; không máy khách nào bị dừng.',
};
