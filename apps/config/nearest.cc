#include "apps/config/nearest.h"

#include <algorithm>
#include <vector>

#include "core/base/strings.h"

namespace tally {
namespace {

// Longer than any known word, so a longer text is not a typing error.
constexpr size_t kWordMax = 64;

size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> steps(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) steps[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) steps[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t change = steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      steps[i][j] = std::min({change, steps[i - 1][j] + 1, steps[i][j - 1] + 1});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  }
  return steps[a.size()][b.size()];
}

}  // namespace

std::string_view Nearest(std::string_view text, std::span<const std::string_view> words) {
  std::string_view nearest;
  size_t least = kWordMax;
  if (text.size() > kWordMax) return nearest;
  for (std::string_view word : words) {
    size_t distance = Distance(text, word);
    if (distance < least && 2 * distance <= std::max(text.size(), word.size())) {
      least = distance;
      nearest = word;
    }
  }
  return nearest;
}

std::string DidYouMean(std::string_view text, std::span<const std::string_view> words) {
  if (std::string_view nearest = Nearest(text, words); !nearest.empty()) return Cat("; did you mean '", nearest, "'?");
  std::string out = "; expected one of ";
  for (size_t i = 0; i < words.size(); ++i) Append(out, Cat(i == 0 ? "" : ", ", words[i]));
  return out;
}

}  // namespace tally
