// Rules that no compiler enforces: folders include only folders nearer to core, and never in a cycle; core and storage
// read no clock; some texts occur nowhere. Each rule is a line of a table. A test below breaks each rule once, so that
// every rule is known to work.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "re2/re2.h"

namespace tally {
namespace {

constexpr size_t kColumnsMax = 120;

// The headers that each library may include. All others are refused, so a new dependency is a change of this table.
#define STANDARD_HEADER R"([a-z_0-9]+$)"
const struct {
  RE2 path;
  RE2 include;
} kAllowedIncludes[] = {
    {R"(^core/)", R"(^(core/|absl/|re2/|simdjson\.h$|immintrin\.h$|cpuid\.h$|)" STANDARD_HEADER ")"},
    {R"(^storage/)", R"(^(storage/|core/|absl/|rocksdb/|sys/|fcntl\.h$|unistd\.h$|)" STANDARD_HEADER ")"},
    {R"(^apps/)", R"(^(apps/|storage/|core/|absl/|boost/|librdkafka/|re2/|spdlog/|toml\+\+/|CLI/|rapidjson/|)"
                  R"(sys/|arpa/|linux/|netinet/|[a-z_]+\.h$|)" STANDARD_HEADER ")"},
};
#undef STANDARD_HEADER

// Headers that are refused although the table above allows them.
const struct {
  RE2 path;
  RE2 include;
  std::string_view what;
} kRefusedIncludes[] = {
    {R"(^(core|storage)/)", R"(^absl/time/clock\.h$)", "the caller passes the time"},
    {R"(^core/)", R"(^(fstream|filesystem)$)", "core uses no files"},
    {R"(.)", R"(^absl/log/)", "Debian 12's Abseil has none"},
};

// Text that no line may contain. Rules about code ignore comments. A pattern does not match itself, because this file
// is checked too.
const struct {
  RE2 path;
  bool in_comments;
  RE2 pattern;
  std::string_view what;
} kRefusedText[] = {
    {R"(^(core|storage)/)", false, R"(absl::Now|(system|steady|high_resolution)_clock|gettimeofday|clock_gettime)",
     "the caller passes the time"},
    {R"(^(core|storage)/)", false, R"((^|[^\w.>])time\(\s*(nullptr|NULL|0|&))", "the caller passes the time"},
    {R"(^(core|storage)/)", false, R"(SleepFor|sleep_for|sleep_until|\bu?sleep\()", "the caller passes the time"},
    {R"(.)", true, R"(\b(T[O]DO|F[I]XME|X[X]X)\b)", "unfinished work"},
    {R"(.)", true, R"((^|[^\w.}/])/(w[o]rk|f[a]rm|h[o]me|r[o]ot|U[s]ers|t[m]p)/)", "a path of a machine"},
    {R"(.)", true, R"(deb\.debia[n]\.org|repo1?\.mave[n]|registry\.npmj[s]|pyp[i]\.org)", "a registry's host"},
};

// Folders, at any depth, without files of this project.
constexpr std::string_view kSkippedFolders[] = {".git", ".cache", "build", "node_modules"};

bool IsCode(const std::string& path) { return RE2::PartialMatch(path, R"(\.(h|cc)$)"); }
bool IsSource(const std::string& path) {
  return IsCode(path) ||
         RE2::PartialMatch(path, R"(\.(cmake|js|mjs|ts|css|html|py|sh|xml)$|^(tools|\.ci)/|CMakeLists)");
}
bool IsRead(const std::string& path) {
  return IsSource(path) || RE2::PartialMatch(path, R"(\.(md|toml)$|(package|CMakePresets)\.json$)");
}

// The columns of a line of UTF-8.
size_t Columns(std::string_view line) {
  size_t columns = 0;
  for (char c : line) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return columns;
}

// Why `path` may not include `header`; empty if it may.
std::string_view WhyNotInclude(const std::string& path, const std::string& header) {
  for (const auto& refused : kRefusedIncludes) {
    if (RE2::PartialMatch(path, refused.path) && RE2::PartialMatch(header, refused.include)) return refused.what;
  }
  for (const auto& allowed : kAllowedIncludes) {
    if (RE2::PartialMatch(path, allowed.path) && !RE2::PartialMatch(header, allowed.include)) {
      return "not for this folder to include";
    }
  }
  return "";
}

void CheckLine(const std::string& path, const std::string& line, std::vector<std::string_view>& findings) {
  std::string header;
  if (IsCode(path) && RE2::PartialMatch(line, R"(^\s*#\s*include\s*["<]([^">]+))", &header)) {
    if (std::string_view why = WhyNotInclude(path, header); !why.empty()) findings.push_back(why);
  }
  const std::string code = IsCode(path) ? line.substr(0, line.find("//")) : line;
  for (const auto& refused : kRefusedText) {
    if (RE2::PartialMatch(path, refused.path) &&
        RE2::PartialMatch(refused.in_comments ? line : code, refused.pattern)) {
      findings.push_back(refused.what);
    }
  }
  if (!IsSource(path)) return;
  if (Columns(line) > kColumnsMax) findings.push_back("a line over 120 columns");
  if (line.find('\t') != std::string::npos) findings.push_back("a tab");
  if (!line.empty() && line.back() == ' ') findings.push_back("a space at the end of a line");
}

// The faults of a file of the tree, as "path:line: what".
std::vector<std::string> Findings(const std::string& path, const std::string& text) {
  std::vector<std::string> all;
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::vector<std::string_view> findings;
    CheckLine(path, text.substr(begin, end - begin), findings);
    ++number;
    for (std::string_view what : findings) all.push_back(Cat(path, ":", number, ": ", what));
    begin = end + 1;
  }
  if (path.ends_with(".h") && !RE2::PartialMatch(text, R"((?m)^#pragma once$)")) {
    all.push_back(Cat(path, ":1: a header without #pragma once"));
  }
  return all;
}

// If two types have the same name, the linker keeps one constructor for both, and no compiler reports it.
class TypeNames {
 public:
  // Returns the faults of the types that `text`, a header of the program, defines.
  std::vector<std::string> Add(const std::string& path, std::string_view text) {
    static const RE2 kType(R"((?m)^(?:class|struct|enum class|enum)(?: [A-Z_]+)? ([A-Za-z0-9]+) [^;\n]*\{)");
    std::vector<std::string> all;
    re2::StringPiece rest(text.data(), text.size());
    for (std::string name; RE2::FindAndConsume(&rest, kType, &name);) {
      auto [known, is_new] = paths_.emplace(name, path);
      if (!is_new) all.push_back(Cat(path, ": ", name, " is also a type of ", known->second));
    }
    return all;
  }

 private:
  std::map<std::string, std::string> paths_;
};

// Which folders of the program include which others.
class FolderIncludes {
 public:
  void Add(const std::string& path, std::string_view text) {
    static const RE2 kInclude(R"re((?m)^\s*#\s*include\s*"((?:core|storage|apps)(?:/\w+)*)/\w+\.h")re");
    const std::string from = path.substr(0, path.rfind('/'));
    re2::StringPiece rest(text.data(), text.size());
    for (std::string to; RE2::FindAndConsume(&rest, kInclude, &to);) {
      if (to != from) includes_[from].insert(to);
    }
  }

  // Folders that include each other, directly or through others, as "a includes b includes a". Reports each cycle once,
  // from the folder that is the first by name.
  std::vector<std::string> Cycles() const {
    std::vector<std::string> all;
    for (const auto& [folder, included] : includes_) {
      std::set<std::string> seen;
      std::string path = PathBack(folder, folder, seen);
      if (!path.empty()) all.push_back(Cat(folder, path));
    }
    return all;
  }

 private:
  // The includes that lead from `from` to `first`, through folders after it by name; empty if there are none.
  std::string PathBack(const std::string& from, const std::string& first, std::set<std::string>& seen) const {
    auto included = includes_.find(from);
    if (included == includes_.end()) return "";
    for (const std::string& to : included->second) {
      if (to == first) return Cat(" includes ", to);
      if (to < first || !seen.insert(to).second) continue;
      std::string path = PathBack(to, first, seen);
      if (!path.empty()) return Cat(" includes ", to, path);
    }
    return "";
  }

  std::map<std::string, std::set<std::string>> includes_;
};

std::vector<std::string> FindingsInTree(const std::filesystem::path& root, size_t& files) {
  std::vector<std::string> all;
  TypeNames types;
  FolderIncludes folders;
  for (auto it = std::filesystem::recursive_directory_iterator(root); it != std::filesystem::end(it); ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory()) {
      if (std::ranges::count(kSkippedFolders, name) > 0) it.disable_recursion_pending();
      continue;
    }
    const std::string path = it->path().lexically_relative(root).generic_string();
    if (!IsRead(path)) continue;
    ++files;
    std::ifstream in(it->path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    for (std::string& finding : Findings(path, text)) all.push_back(std::move(finding));
    if (!IsCode(path) || !RE2::PartialMatch(path, "^(core|storage|apps)/")) continue;
    folders.Add(path, text);
    if (!path.ends_with(".h")) continue;
    for (std::string& finding : types.Add(path, text)) all.push_back(std::move(finding));
  }
  for (std::string& cycle : folders.Cycles()) all.push_back(std::move(cycle));
  return all;
}

TEST(Tidy, TheTree) {
  size_t files = 0;
  for (const std::string& finding : FindingsInTree(TALLY_SOURCE_DIR, files)) ADD_FAILURE() << finding;
  EXPECT_GT(files, 20);
}

using testing::ElementsAre;
using testing::IsEmpty;

// The faults of a .cc file in `folder` with this one line.
std::vector<std::string> FindingsOf(const std::string& folder, const std::string& line) {
  return Findings(folder + "/f.cc", line + "\n");
}

auto Finds(const std::string& what) { return ElementsAre(testing::EndsWith(": " + what)); }

std::string Include(const std::string& header) { return "#include \"" + header + "\""; }

TEST(Tidy, CoreIncludesCoreAndItsLibrariesAlone) {
  for (std::string header : {"core/time/time.h", "absl/time/time.h", "re2/re2.h", "simdjson.h", "string_view"}) {
    EXPECT_THAT(FindingsOf("core/time", Include(header)), IsEmpty()) << header;
  }
  for (std::string header :
       {"rocksdb/db.h", "boost/asio.hpp", "librdkafka/rdkafka.h", "spdlog/spdlog.h", "toml++/toml.h", "CLI/CLI.hpp",
        "storage/store.h", "apps/main.h", "tests/testing/x.h", "sys/socket.h", "unistd.h"}) {
    EXPECT_THAT(FindingsOf("core/time", Include(header)), Finds("not for this folder to include")) << header;
  }
  EXPECT_THAT(FindingsOf("core/time", "#  include <fstream>"), Finds("core uses no files"));
}

TEST(Tidy, StorageIncludesStorageCoreAndRocksDbAlone) {
  for (std::string header : {"storage/store.h", "core/time/time.h", "rocksdb/db.h", "sys/file.h", "filesystem"}) {
    EXPECT_THAT(FindingsOf("storage", Include(header)), IsEmpty()) << header;
  }
  for (std::string header : {"boost/asio.hpp", "librdkafka/rdkafka.h", "apps/config/config.h", "re2/re2.h"}) {
    EXPECT_THAT(FindingsOf("storage", Include(header)), Finds("not for this folder to include")) << header;
  }
}

TEST(Tidy, AppsIncludeNoTests) {
  EXPECT_THAT(FindingsOf("apps/server", Include("boost/beast/http.hpp")), IsEmpty());
  EXPECT_THAT(FindingsOf("apps/server", Include("tests/testing/fake_clock.h")),
              Finds("not for this folder to include"));
  EXPECT_THAT(FindingsOf("tests/apps", Include("tests/testing/fake_clock.h")), IsEmpty());
}

TEST(Tidy, CoreAndStorageReadNoClock) {
  for (std::string line :
       {"t = absl::Now();", "std::chrono::system_clock::now()", "std::chrono::steady_clock::now()",
        "t = time(nullptr);", "std::time(&t)", "gettimeofday(&t, nullptr);", "sleep(1);",
        "clock_gettime(CLOCK_BOOTTIME, &t);", "absl::SleepFor(d);", "#include <absl/time/clock.h>"}) {
    EXPECT_THAT(FindingsOf("core/time", line), Finds("the caller passes the time")) << line;
    EXPECT_THAT(FindingsOf("storage", line), Finds("the caller passes the time")) << line;
    EXPECT_THAT(FindingsOf("apps", line), IsEmpty()) << line;
  }
  for (std::string line : {"// unlike absl::Now()", "Timestamp time() const;", "event.time(0)", "ParseTime(0)"}) {
    EXPECT_THAT(FindingsOf("core/time", line), IsEmpty()) << line;
  }
}

TEST(Tidy, NoUnfinishedWork) {
  EXPECT_THAT(FindingsOf("core",
                         "// TO"
                         "DO: later"),
              Finds("unfinished work"));
  EXPECT_THAT(FindingsOf("core",
                         "// FIX"
                         "ME"),
              Finds("unfinished work"));
  EXPECT_THAT(Findings("README.md",
                       "X"
                       "XX"),
              Finds("unfinished work"));
  EXPECT_THAT(FindingsOf("core",
                         "// The bytes of a \\uXX"
                         "XX, or mkdtemp(XX"
                         "XX"
                         "XX)"),
              IsEmpty());
}

TEST(Tidy, NoPathOfAMachineAndNoRegistry) {
  EXPECT_THAT(FindingsOf("apps",
                         "open(\"/ho"
                         "me/somebody/x\")"),
              Finds("a path of a machine"));
  EXPECT_THAT(Findings("README.md",
                       "cd /wo"
                       "rk/main"),
              Finds("a path of a machine"));
  EXPECT_THAT(Findings("README.md",
                       "/var/lib/tallyd, build/wo"
                       "rk/x, https://host/ho"
                       "me/x"),
              IsEmpty());
  EXPECT_THAT(Findings("tools/setup",
                       "https://repo.ma"
                       "ven.example"),
              Finds("a registry's host"));
}

TEST(Tidy, LinesFitAndHaveNoTabs) {
  EXPECT_THAT(FindingsOf("core", std::string(120, 'x')), IsEmpty());
  EXPECT_THAT(FindingsOf("core", std::string(121, 'x')), Finds("a line over 120 columns"));
  EXPECT_THAT(FindingsOf("core", std::string(118, 'x') + "\u00fc\u00fc"), IsEmpty());
  EXPECT_THAT(FindingsOf("core", "int\tx;"), Finds("a tab"));
  EXPECT_THAT(FindingsOf("core", "int x; "), Finds("a space at the end of a line"));
  EXPECT_THAT(Findings("README.md", std::string(300, 'x')), IsEmpty());
}

TEST(Tidy, HeadersAreGuarded) {
  EXPECT_THAT(Findings("core/x.h", "#pragma once\n"), IsEmpty());
  EXPECT_THAT(Findings("core/x.h", "// #pragma once\n"), Finds("a header without #pragma once"));
}

TEST(Tidy, NoTwoTypesHaveOneName) {
  TypeNames types;
  EXPECT_THAT(types.Add("core/a.h", "struct Value {\nclass Other;\nclass ABSL_LOCKABLE Mutex {\n"), IsEmpty());
  EXPECT_THAT(types.Add("apps/b.h", "class Other;\nclass Value : public Peer {\n  struct Mutex {\n"),
              ElementsAre("apps/b.h: Value is also a type of core/a.h"));
  EXPECT_THAT(types.Add("apps/c.h", "enum class Mutex { kA };\n"), testing::SizeIs(1));
}

TEST(Tidy, FoldersDoNotIncludeEachOther) {
  FolderIncludes folders;
  folders.Add("core/a/x.cc", Include("core/b/y.h") + "\n" + Include("core/a/x.h") + "\n#include <vector>\n");
  folders.Add("core/b/y.h", Include("core/c/z.h") + "\n");
  folders.Add("apps/main.cc", Include("apps/a/x.h") + "\n");
  EXPECT_THAT(folders.Cycles(), IsEmpty());
  folders.Add("core/c/z.cc", Include("core/a/x.h") + "\n");
  folders.Add("apps/a/x.cc", "\n" + Include("apps/main.h") + "\n");
  EXPECT_THAT(folders.Cycles(), ElementsAre("apps includes apps/a includes apps",
                                            "core/a includes core/b includes core/c includes core/a"));
}

TEST(Tidy, FindingsNameTheLine) { EXPECT_THAT(Findings("core/x.cc", "\n\na\t\n"), ElementsAre("core/x.cc:3: a tab")); }

}  // namespace
}  // namespace tally
