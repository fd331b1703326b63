import Testing

@testable import Companion

@Suite struct RetryAfterTests {
  /// Sun, 06 Nov 1994 08:49:37 GMT.
  private static let wall: Int64 = 784_111_777_000

  @Test(
    arguments: [
      ("0", 0), ("1", 1_000), (" 120 ", 120_000), ("1.5", 1_000), ("601", 600_000),
      ("99999999999999999999999999", 600_000),
    ] as [(String, Int64)])
  func `seconds are counted, and bounded`(field: String, expected: Int64) {
    #expect(RetryAfter.milliseconds(field, wall: Self.wall) == expected)
  }

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:50:07 GMT", "Sunday, 06-Nov-94 08:50:07 GMT", "Sun Nov  6 08:50:07 1994",
  ])
  func `each form of a date is read`(field: String) {
    #expect(RetryAfter.milliseconds(field, wall: Self.wall) == 30_000)
  }

  @Test func `a date is counted from the answer's own, for clocks differ`() {
    let milliseconds = RetryAfter.milliseconds(
      "Sun, 06 Nov 1994 08:50:07 GMT", date: "Sun, 06 Nov 1994 08:50:00 GMT", wall: 0)
    #expect(milliseconds == 7_000)
  }

  @Test func `a date that has passed is now, and one far ahead is bounded`() {
    #expect(RetryAfter.milliseconds("Sun, 06 Nov 1994 08:00:00 GMT", wall: Self.wall) == 0)
    #expect(
      RetryAfter.milliseconds("Fri, 31 Dec 9999 23:59:59 GMT", wall: Self.wall) == RetryAfter.most)
  }

  @Test func `milliseconds are finer and win`() {
    #expect(RetryAfter.milliseconds("2", finer: "1500", wall: 0) == 1_500)
    #expect(RetryAfter.milliseconds("2", finer: "soon", wall: 0) == 2_000)
    #expect(RetryAfter.milliseconds(nil, finer: "700000000", wall: 0) == RetryAfter.most)
  }

  @Test(
    arguments: [
      nil, "", "-1", "soon", "1e3", "0x10", "1.2.3", ".5", "Sun, 06 Nov 1994",
      "Sun, 31 Feb 1994 08:00:00 GMT",
      "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT +1", "٣",
    ] as [String?])
  func `what is no time is none`(field: String?) {
    #expect(RetryAfter.milliseconds(field, wall: Self.wall) == nil)
  }
}
