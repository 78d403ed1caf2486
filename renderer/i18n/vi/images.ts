import type { Catalogue } from '../catalogue.ts';

export const images: Catalogue['images'] = {
  title: 'Ảnh đĩa',
  filter: 'Lọc theo tên, định dạng, máy chủ…',
  add: 'Tạo ảnh đĩa',
  emptyTitle: 'Chưa có ảnh đĩa nào',
  emptyText:
    'Ảnh đĩa là ổ đĩa ban đầu của một máy ảo mới. Hãy chọn một tệp qcow2 hoặc raw trên máy tính này: tệp được kiểm tra, sao chép, rồi chuyển tới máy chủ khi máy ảo đầu tiên cần đến.',
  column: {
    name: 'Tên',
    status: 'Trạng thái',
    format: 'Định dạng',
    size: 'Tệp',
    virtualSize: 'Đĩa',
    minDisk: 'Đĩa tối thiểu',
    minRam: 'RAM tối thiểu',
    hosts: 'Có trên máy chủ',
    created: 'Tạo lúc',
    sha256: 'SHA-256',
    id: 'ID',
  },
  status: {
    queued: 'Đang chờ',
    saving: 'Đang sao chép',
    active: 'Sẵn sàng',
    error: 'Lỗi',
    deleting: 'Đang xóa',
  },
  noHosts: 'chưa có',
};
