// The program's version, as app.state answers it.
#pragma once

namespace homeward::api {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace homeward::api
