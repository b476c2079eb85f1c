// The names that a client gives itself: by CLIENT SETNAME, CLIENT SETINFO and HELLO.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "core/base/strings.h"
#include "core/query/reply.h"
#include "core/query/session.h"

namespace tally {

inline constexpr size_t kClientNameMax = 256;  // bytes

inline bool IsClientName(std::string_view name) {
  return name.size() <= kClientNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// `what` begins the message.
inline Reply ClientNameError(std::string_view what) {
  return ErrorReply(Cat(what, " cannot contain spaces, newlines or special characters, or be longer than ",
                        kClientNameMax, " bytes"));
}

inline Reply SetClientName(Session& session, std::string_view name) {
  if (!IsClientName(name)) return ClientNameError("Client names");
  session.name = name;
  return StatusReply("OK");
}

}  // namespace tally
