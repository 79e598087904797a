# An image that holds the archive of ./mvnw package:
#   ./mvnw package -DskipTests && docker build -t beam-als .
#   docker run --rm -v "$PWD:/work" beam-als train ratings.csv
FROM eclipse-temurin:17-jre
ADD target/beam-als-*.tar.gz /opt/
# The first call keeps our classes in the form in which the JVM likes them.
RUN ln -s /opt/beam-als-*/bin/als /usr/local/bin/als && als help >/dev/null
WORKDIR /work
ENTRYPOINT ["als"]
