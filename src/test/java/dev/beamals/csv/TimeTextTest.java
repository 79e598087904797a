package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TimeTextTest {
  @Test
  void isoTimesWithAndWithoutAZone() {
    TimeText utc = new TimeText("UTC", "");
    for (String text :
        List.of(
            "2020-09-01T11:27:43.5Z",
            "2020-09-01 11:27:43.5",
            "2020-09-01T13:27:43.5+02:00",
            "2020-09-01 13:27:43.500 +02:00",
            "2020-09-01T06:27:43.5-0500")) {
      assertEquals(1598959663.5, utc.parse(text), text);
    }
    assertEquals(1598918400, utc.parse("2020-09-01"));
    assertEquals(1598959620, utc.parse("2020-09-01T11:27"));
    TimeText berlin = new TimeText("Europe/Berlin", "");
    assertEquals(1598918400 - 7200, berlin.parse("2020-09-01"));
    assertEquals(1577836800 - 3600, berlin.parse("2020-01-01T00:00"));
    assertEquals(1598959663.5, berlin.parse("2020-09-01T11:27:43.5Z"));
    for (String text :
        List.of("soon", "2020-13-01", "2020-09-31", "01.09.2020", "2020-09-01T25:00")) {
      assertThrows(NumberFormatException.class, () -> utc.parse(text), text);
    }
  }

  @Test
  void timesOfAnyFormat() {
    assertEquals(1598918400, new TimeText("UTC", "dd.MM.yyyy").parse("01.09.2020"));
    assertEquals(
        1598959663, new TimeText("UTC", "M/d/yyyy h:mm:ss a").parse("9/1/2020 11:27:43 AM"));
  }

  @Test
  void unitsAreToldBySize() {
    assertFalse(TimeText.isScaled(1600000000));
    assertFalse(TimeText.isScaled(Double.POSITIVE_INFINITY));
    for (double time : new double[] {1600000000500e0, 1600000000500e3, 1600000000500e6}) {
      assertTrue(TimeText.isScaled(time));
      assertEquals(1600000000.5, TimeText.scale(time));
    }
  }
}
