import type { Catalogue } from '../catalogue.ts';

export const activity: Catalogue['activity'] = {
  title: 'Hoạt động',
  filter: 'Lọc theo tác vụ, đối tượng, máy chủ…',
  emptyTitle: 'Chưa có hoạt động nào',
  emptyText: 'Mọi việc cần thời gian đều có ở đây: tạo máy, tải lên, xóa, kèm các bước và lỗi.',
  running: 'Đang diễn ra',
  state: {
    queued: 'Đang chờ',
    running: 'Đang chạy',
    done: 'Xong',
    failed: 'Thất bại',
    cancelled: 'Đã hủy',
  },
  column: {
    task: 'Tác vụ',
    subject: 'Đối tượng',
    state: 'Trạng thái',
    host: 'Máy chủ',
    started: 'Bắt đầu',
    took: 'Thời gian',
    request: 'Mã yêu cầu',
  },
  show: 'Chi tiết…',
  open: 'Mở máy ảo',
  cancel: 'Hủy tác vụ',
  cancelHint: 'Những gì đã làm sẽ được hoàn lại.',
  steps: 'Các bước',
  noSteps: 'Chưa bắt đầu.',
};
