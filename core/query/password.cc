#include "core/query/password.h"

#include <cstddef>

namespace tally {

bool Password::Is(std::string_view given) const {
  volatile unsigned differ = given.size() != text_.size();  // volatile: else the loop may end at the first difference
  for (size_t i = 0; i < given.size(); ++i) {
    differ = differ | static_cast<unsigned>(given[i] ^ text_[i % text_.size()]);
  }
  return differ == 0;
}

}  // namespace tally
