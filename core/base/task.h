// A computation that runs in steps, so that other work can run between them.
//
//   Task<uint64_t> Sum(std::span<const uint64_t> all) {
//     uint64_t sum = 0;
//     for (uint64_t n : all) {
//       sum += n;
//       co_await Did(1);   // a step may end here
//     }
//     co_return sum;
//   }
//
//   Task<uint64_t> task = Sum(all);
//   while (!task.Step()) DoSomethingElse();
//   uint64_t sum = task.Take();
//
// A task does nothing before its first Step(). It awaits other tasks with `co_await`; these run within its steps. A
// function that has its result at once returns it as a task, without being a coroutine: that allocates nothing.
//
// Destroying a task cancels it: everything that it holds is released. Arguments of a coroutine that are references or
// views must live as long as the task.
//
// Not thread-safe.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

namespace tally {

// A step ends after this much work. A unit of work takes about a microsecond at most: one name is compared, or one
// block of counters is read. So a step takes less than a millisecond.
inline constexpr uint64_t kStepWork = 500;

// `co_await Did(n)` reports `n` units of work.
struct Did {
  explicit Did(uint64_t units) : work(units) {}
  uint64_t work;
};

// Where a task and the tasks that it awaits are. The innermost one is always resumed by Step(), never by its caller, so
// that the depth of the stack does not grow with the number of calls.
struct TaskPosition {
  std::coroutine_handle<> innermost;
  uint64_t work = 0;  // in this step
  bool paused = false;
};

template <typename T>
class [[nodiscard]] Task {
 public:
  class promise_type;

  // A task that is done.
  Task(T&& result) : result_(std::move(result)) {}  // NOLINT(google-explicit-constructor): for `return value;`

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})), result_(std::move(other.result_)) {}
  Task& operator=(Task other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(result_, other.result_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // Runs the next step. Returns whether the task is done.
  bool Step() {
    if (done()) return true;
    TaskPosition& position = handle_.promise().Root(handle_);
    position.work = 0;
    position.paused = false;
    while (!position.paused && !handle_.done()) position.innermost.resume();
    return handle_.done();
  }

  bool done() const { return !handle_ || handle_.done(); }

  // REQUIRES: done, and not taken before.
  T Take() { return handle_ ? handle_.promise().Take() : *std::move(result_); }

  // Runs all steps, for callers that have nothing else to do.
  T Finish() {
    while (!Step()) {
    }
    return Take();
  }

 private:
  template <typename Result>
  friend class Task;

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;  // none if the result was there at once
  std::optional<T> result_;
};

// What the compiler asks of a coroutine that returns a Task.
template <typename T>
class Task<T>::promise_type {
 public:
  Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
  std::suspend_always initial_suspend() noexcept { return {}; }
  auto final_suspend() noexcept { return Return(); }
  void return_value(T result) { result_.emplace(std::move(result)); }
  void unhandled_exception() { std::terminate(); }

  auto await_transform(Did did) {
    position_->work += did.work;
    return Pause{*position_};
  }

  template <typename Result>
  auto await_transform(Task<Result> task) {
    return Call<Result>{std::move(task), *position_};
  }

  // Makes this the outermost coroutine, if it is not yet.
  TaskPosition& Root(std::coroutine_handle<> self) {
    if (position_ == nullptr) own_.innermost = self;
    position_ = &own_;
    return own_;
  }
  // Makes `caller` await this.
  void CallFrom(std::coroutine_handle<> caller, std::coroutine_handle<> self, TaskPosition& position) {
    caller_ = caller;
    position_ = &position;
    position.innermost = self;
  }
  T Take() { return *std::move(result_); }

 private:
  struct Return {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<promise_type> self) const noexcept {
      self.promise().position_->innermost = self.promise().caller_;
    }
    void await_resume() const noexcept {}
  };

  struct Pause {
    TaskPosition& position;
    bool await_ready() const noexcept { return position.work < kStepWork; }
    void await_suspend(std::coroutine_handle<>) const noexcept { position.paused = true; }
    void await_resume() const noexcept {}
  };

  template <typename Result>
  struct Call {
    Task<Result> task;
    TaskPosition& position;
    bool await_ready() const noexcept { return task.done(); }
    void await_suspend(std::coroutine_handle<> caller) {
      task.handle_.promise().CallFrom(caller, task.handle_, position);
    }
    Result await_resume() { return task.Take(); }
  };

  TaskPosition own_;  // of the outermost coroutine
  TaskPosition* position_ = nullptr;
  std::coroutine_handle<> caller_;
  std::optional<T> result_;
};

}  // namespace tally
