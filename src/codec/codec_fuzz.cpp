// Any bytes through every way of reading them; what reads as a vector must write back to the same bytes.
#include "codec/codec.h"

using namespace homeward;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Reader in({data, size});
  Writer out;
  while (!in.empty()) {
    switch (in.u8() % 6) {
      case 0:
        in.u16();
        break;
      case 1:
        in.u64();
        break;
      case 2:
        in.text(64);
        break;
      case 3:
        in.optional();
        break;
      case 4: {
        Reader inner = in.vector(4096);
        while (!inner.empty()) inner.opaque();
        break;
      }
      default: {
        const BytesView before = in.rest();
        const BytesView value = in.opaque();
        if (!in.ok()) break;
        out.opaque(value);
        HW_ASSERT(equal(out.view(), before.first(out.size())));
        out.take();
      }
    }
  }
  return 0;
}
