package dev.beamals.csv;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.beamals.RunException;
import java.io.IOException;
import java.nio.channels.Channels;

/** Reads the objects of a file of JSON that is an array of them, or has them on several lines. */
final class JsonReader implements Records {
  private final String file;
  private final JsonLine object;
  private final JsonParser parser;
  private long line;

  /**
   * @param object what each object is read by
   * @throws RunException where the file cannot be read
   */
  JsonReader(String file, JsonLine object) {
    this.file = file;
    this.object = object;
    try {
      parser = JsonLine.JSON.createParser(Channels.newInputStream(Packing.open(file)));
    } catch (IOException e) {
      throw new RunException(file + ": " + Packing.reason(file, e), e);
    }
  }

  @Override
  public boolean next() {
    try {
      JsonToken token = parser.nextToken();
      while (token == JsonToken.START_ARRAY && parser.getParsingContext().getParent().inRoot()) {
        token = parser.nextToken();
      }
      if (token == null || token == JsonToken.END_ARRAY) {
        return token != null && next(); // files that were put together
      }
      line = parser.getTokenLocation().getLineNr();
      if (token != JsonToken.START_OBJECT) {
        throw new RunException(
            file + ":" + line + ": no object of JSON; expected one for each row");
      }
      object.read(parser);
      return true;
    } catch (IOException e) {
      throw new RunException(
          e instanceof com.fasterxml.jackson.core.JsonProcessingException
              ? file + ": not JSON behind line " + line + ": " + JsonLine.reason(e)
              : file + ": " + Packing.reason(file, e),
          e);
    }
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public long extra() {
    return object.extra();
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
